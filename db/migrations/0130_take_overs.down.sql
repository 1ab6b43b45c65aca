-- Takes the runs that are free for p_worker, each under a new epoch (I3). Calling it again with the same p_token
-- also returns what the first call took: that is how a claim whose answer was lost is found again (D6).
CREATE OR REPLACE FUNCTION claim_runs(p_ids uuid[], p_worker uuid, p_token uuid) RETURNS TABLE (
  id uuid, workspace_id uuid, workflow_id uuid, version_id uuid, status text, trigger text, input json,
  epoch integer, last_seq integer, crash_count smallint, origin_run_id uuid, parent_run_id uuid,
  seed json, created_at float8, started_at float8, has_inbox boolean, now float8)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
  -- Waits for a flush that is parking one of them, so that a doorbell rung meanwhile is not lost (D4).
  PERFORM 1 FROM runs WHERE id = ANY (p_ids) ORDER BY id FOR NO KEY UPDATE;

  UPDATE runs SET
    epoch = runs.epoch + 1,
    worker_id = p_worker,
    claim_token = p_token,
    status = CASE WHEN runs.status = 'pending' THEN 'running' ELSE runs.status END,
    -- The doorbell was heard: should the run need another, the sweeper's back-off starts anew (D10).
    enqueue_count = 0,
    sweep_at = clock_timestamp(),
    -- D13: only a worker that never said goodbye counts as crashed.
    crash_count = runs.crash_count + CASE
      WHEN EXISTS (SELECT FROM workers w WHERE w.id = runs.worker_id) THEN 1 ELSE 0 END
  -- Said so that it fits the condition of no index: there are few ids and many runs that have not ended.
  WHERE runs.id = ANY (p_ids) AND runs.status NOT IN ('completed', 'failed', 'cancelled')
    AND CASE
      WHEN runs.worker_id IS NULL THEN
        runs.status IN ('pending', 'running') OR EXISTS (SELECT FROM run_inbox i WHERE i.run_id = runs.id)
      ELSE NOT EXISTS (
        SELECT FROM workers w WHERE w.id = runs.worker_id AND NOT has_lapsed(w.lease_until, w.lease_ms))
    END;

  RETURN QUERY
  SELECT r.id, r.workspace_id, r.workflow_id, r.version_id, r.status, r.trigger, r.input,
    r.epoch, r.last_seq, r.crash_count, r.origin_run_id, r.parent_run_id, r.seed,
    (extract(epoch FROM r.created_at) * 1000)::float8, (extract(epoch FROM r.started_at) * 1000)::float8,
    EXISTS (SELECT FROM run_inbox i WHERE i.run_id = r.id),
    (extract(epoch FROM clock_timestamp()) * 1000)::float8
  FROM runs r
  -- Not by the index on worker_id: a worker may hold thousands of runs.
  WHERE r.id = ANY (p_ids) AND r.claim_token = p_token AND r.worker_id IS NOT DISTINCT FROM p_worker;
END $$;

DROP FUNCTION claim_runs_and_owners(uuid[], uuid, uuid);
