-- The role stays: other databases of the cluster may use it.
REVOKE ALL ON runs FROM millrace_ingest;
REVOKE ALL (id, workspace_id, idempotency_key, request_hash, started_by) ON runs FROM millrace_ingest;
