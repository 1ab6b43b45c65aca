-- Accepting a run needs no more than this (D17): to insert runs, and to find the one that has the same id or key. The
-- connections that accept take this role, so that no mistake there can read an input or change a run.
DO $$
BEGIN
  -- Roles are the cluster's: another database may have made it, or may be making it just now.
  CREATE ROLE millrace_ingest NOLOGIN;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
  WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'this database user may not create the role millrace_ingest'
      USING HINT = format('Have an administrator run: CREATE ROLE millrace_ingest NOLOGIN; GRANT millrace_ingest TO %I;', current_user);
END $$;

DO $$
BEGIN
  IF NOT pg_has_role(current_user, 'millrace_ingest', 'MEMBER') THEN
    EXECUTE format('GRANT millrace_ingest TO %I', current_user);
  END IF;
END $$;

GRANT INSERT ON runs TO millrace_ingest;
GRANT SELECT (id, workspace_id, idempotency_key, request_hash, started_by) ON runs TO millrace_ingest;
