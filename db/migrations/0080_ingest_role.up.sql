-- Accepting a run needs no more than this (D17): to insert runs, and to find the one that has the same id or key. The
-- connections that accept take this role, so that no mistake there can read an input or change a run. The role is the
-- server's, and is made before the migrations: see src/ingest-role.ts.
GRANT INSERT ON runs TO millrace_ingest;
GRANT SELECT (id, workspace_id, idempotency_key, request_hash, started_by) ON runs TO millrace_ingest;
