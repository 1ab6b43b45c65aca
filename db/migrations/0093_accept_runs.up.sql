-- Accepts runs, and claims at once those that name a worker whose lease is good (D2): whoever accepts them hands them
-- over. The role that accepts may claim nothing that is there already, nor see what it inserts (D17): all it can do here
-- is what an insert does. No state of the session is used, so that a pooler may hand the connection on.
CREATE FUNCTION accept_runs(p_runs json)
RETURNS TABLE (id uuid, claimed boolean, created_at float8, now float8)
LANGUAGE plpgsql SECURITY DEFINER
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  INSERT INTO runs (id, workspace_id, workflow_id, version_id, trigger, input, priority, idempotency_key,
    request_hash, parent_run_id, origin_run_id, seed, started_by, backlog, crash_count,
    status, epoch, worker_id, claim_token, enqueue_count, sweep_at)
  SELECT r.id, r."workspaceId", r."workflowId", r."versionId", r.trigger, coalesce(r.input, 'null'), r.priority,
    r."idempotencyKey", r."requestHash", r."parentRunId", r."originRunId", r.seed,
    coalesce(r."startedBy", (SELECT o.started_by FROM runs o WHERE o.id = r."originRunId")),
    coalesce(r.backlog, false),
    CASE WHEN r.suspect THEN 2 ELSE 0 END,
    CASE WHEN w.id IS NULL THEN 'pending' ELSE 'running' END,
    CASE WHEN w.id IS NULL THEN 0 ELSE 1 END,
    w.id,
    CASE WHEN w.id IS NULL THEN NULL ELSE r.id END,
    CASE WHEN w.id IS NULL THEN 1 ELSE 0 END,
    CASE WHEN r.backlog THEN 'infinity' WHEN w.id IS NULL THEN clock_timestamp() + interval '10 s'
      ELSE clock_timestamp() END
  FROM json_to_recordset(p_runs) AS r (id uuid, "workspaceId" uuid, "workflowId" uuid, "versionId" uuid, trigger text,
    input json, priority smallint, "idempotencyKey" text, "requestHash" text, "parentRunId" uuid, "originRunId" uuid,
    seed json, backlog boolean, suspect boolean, "startedBy" uuid, "claimFor" uuid)
  LEFT JOIN workers w ON w.id = r."claimFor" AND NOT has_lapsed(w.lease_until, w.lease_ms)
    -- What needs a turn, a look back, or a process of its own is not a run that anybody can begin just so.
    AND r.seed IS NULL AND r."originRunId" IS NULL AND r."parentRunId" IS NULL
    AND r.suspect IS NOT TRUE AND r.backlog IS NOT TRUE
  ON CONFLICT DO NOTHING
  RETURNING runs.id, runs.worker_id IS NOT NULL, (extract(epoch FROM runs.created_at) * 1000)::float8,
    (extract(epoch FROM clock_timestamp()) * 1000)::float8;
END $$;

-- Nothing that a caller could put before these is looked at.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION accept_runs(json) SET search_path = %I, pg_temp', current_schema());
END $$;
REVOKE EXECUTE ON FUNCTION accept_runs(json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accept_runs(json) TO millrace_ingest;
