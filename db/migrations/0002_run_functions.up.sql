-- The two hot statements of the run store. They are functions because each needs several statements, every one with
-- a snapshot of its own, in one transaction and one round trip (D1). Only packages/run-store calls them.
--
-- The planner settings: a plan made while `runs` was nearly empty scans it, and a cached one would still do so
-- when it holds millions. Every look-up here is by primary key, so one plan is right for every call: planning anew
-- took half of a lone claim's time (1.2 ms, now 0.6).

-- Writes the flush of many runs, each whole or not at all.
-- p_units: an array of units as packages/run-store/src/write/encode.ts makes them.
-- Returns the ids written; the caller finds out why the others were not (D6).
CREATE FUNCTION flush_runs(p_units jsonb) RETURNS SETOF uuid
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  ids uuid[];
  written uuid[];
  has_timers boolean;
  has_inbox boolean;
  has_payloads boolean;
  has_responses boolean;
BEGIN
  SELECT array_agg(u.id), bool_or(u.timers IS NOT NULL), bool_or(u.inbox IS NOT NULL),
    bool_or(u.payloads IS NOT NULL), bool_or(u.response IS NOT NULL)
  INTO ids, has_timers, has_inbox, has_payloads, has_responses
  FROM jsonb_to_recordset(p_units) AS u (id uuid, timers jsonb, inbox jsonb, payloads jsonb, response jsonb);

  -- D1: lock in id order (no deadlocks), then check in a statement that sees what the locks waited for (I3).
  PERFORM 1 FROM runs WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;

  WITH updated AS (
    UPDATE runs SET
      last_seq = u.seq,
      status = u.status,
      started_at = to_timestamp(u.started / 1000),
      finished_at = to_timestamp(u.finished / 1000),
      error = u.error,
      output = u.output,
      -- D13: durable progress makes earlier crashes someone else's.
      crash_count = CASE WHEN u.progress THEN 0 ELSE runs.crash_count END,
      worker_id = CASE WHEN u.release THEN NULL ELSE runs.worker_id END,
      -- A run handed back is in want of a doorbell again: its worker rings, the sweeper sees to it (D10).
      enqueue_count = CASE WHEN u.release AND u.status = 'pending' THEN 1 ELSE runs.enqueue_count END,
      sweep_at = CASE WHEN u.release AND u.status = 'pending'
        THEN clock_timestamp() + interval '10 s' ELSE runs.sweep_at END
    FROM jsonb_to_recordset(p_units) AS u (id uuid, epoch integer, expected integer, seq integer, status text,
      started float8, finished float8, error jsonb, output jsonb, release boolean, progress boolean)
    WHERE runs.id = u.id AND runs.epoch = u.epoch AND runs.last_seq = u.expected
    RETURNING runs.id
  )
  SELECT array_agg(updated.id) INTO written FROM updated;

  IF written IS NULL THEN
    RETURN;
  END IF;

  INSERT INTO run_events (run_id, seq, workspace_id, event)
  SELECT u.id, (e.event ->> 'seq')::integer, u.workspace, e.event
  FROM jsonb_to_recordset(p_units) AS u (id uuid, workspace uuid, events jsonb),
    jsonb_array_elements(u.events) AS e (event)
  WHERE u.id = ANY (written);

  INSERT INTO step_runs
    (run_id, path, workspace_id, node_id, type, status, attempt, started_at, finished_at, error, wait)
  SELECT u.id, s.path, u.workspace, s."nodeId", s.type, s.status, s.attempt,
    to_timestamp(s."startedAt" / 1000), to_timestamp(s."finishedAt" / 1000), s.error, s.wait
  FROM jsonb_to_recordset(p_units) AS u (id uuid, workspace uuid, steps jsonb),
    jsonb_to_recordset(u.steps) AS s (path text, "nodeId" text, type text, status text, attempt integer,
      "startedAt" float8, "finishedAt" float8, error jsonb, wait jsonb)
  WHERE u.id = ANY (written)
  ON CONFLICT (run_id, path) DO UPDATE SET
    status = excluded.status, attempt = excluded.attempt, started_at = excluded.started_at,
    finished_at = excluded.finished_at, error = excluded.error, wait = excluded.wait;

  IF has_timers THEN
    DELETE FROM timers WHERE run_id IN (
      SELECT u.id FROM jsonb_to_recordset(p_units) AS u (id uuid, timers jsonb)
      WHERE u.timers IS NOT NULL AND u.id = ANY (written));
    INSERT INTO timers (run_id, path, kind, workspace_id, attempt, due_at)
    SELECT u.id, t.path, t.kind, u.workspace, t.attempt, to_timestamp(t."dueAt" / 1000)
    FROM jsonb_to_recordset(p_units) AS u (id uuid, workspace uuid, timers jsonb),
      jsonb_to_recordset(u.timers) AS t (path text, kind text, attempt integer, "dueAt" float8)
    WHERE u.id = ANY (written);
  END IF;

  -- D3: a message is consumed in the flush of the events it caused.
  IF has_inbox THEN
    DELETE FROM run_inbox WHERE id IN (
      SELECT i.id::bigint
      FROM jsonb_to_recordset(p_units) AS u (id uuid, inbox jsonb), jsonb_array_elements_text(u.inbox) AS i (id)
      WHERE u.id = ANY (written));
  END IF;

  IF has_payloads THEN
    INSERT INTO payloads (run_id, key, workspace_id, body)
    SELECT u.id, p.key, u.workspace, p.body
    FROM jsonb_to_recordset(p_units) AS u (id uuid, workspace uuid, payloads jsonb),
      jsonb_to_recordset(u.payloads) AS p (key text, body text)
    WHERE u.id = ANY (written)
    ON CONFLICT DO NOTHING;
  END IF;

  -- The first answer wins.
  IF has_responses THEN
    INSERT INTO run_responses (run_id, workspace_id, status, headers, body)
    SELECT u.id, u.workspace, r.status, r.headers, r.body
    FROM jsonb_to_recordset(p_units) AS u (id uuid, workspace uuid, response jsonb),
      jsonb_to_record(u.response) AS r (status integer, headers jsonb, body jsonb)
    WHERE u.id = ANY (written) AND u.response IS NOT NULL
    ON CONFLICT DO NOTHING;
  END IF;

  RETURN QUERY SELECT unnest(written);
END $$;

-- Whether a worker's runs may be taken over. After an outage of the database every lease looks expired, so its owner
-- gets lease/3 to renew it (D10).
CREATE FUNCTION has_lapsed(lease_until timestamptz, lease_ms integer) RETURNS boolean
LANGUAGE sql
AS $$
  SELECT lease_until < clock_timestamp()
    AND pg_postmaster_start_time() + lease_ms * interval '1 ms' / 3 < clock_timestamp()
$$;

-- Takes the runs that are free for p_worker, each under a new epoch (I3). Calling it again with the same p_token
-- also returns what the first call took: that is how a claim whose answer was lost is found again (D6).
CREATE FUNCTION claim_runs(p_ids uuid[], p_worker uuid, p_token uuid) RETURNS TABLE (
  id uuid, workspace_id uuid, workflow_id uuid, version_id uuid, status text, trigger text, input jsonb,
  epoch integer, last_seq integer, crash_count smallint, origin_run_id uuid, parent_run_id uuid,
  created_at float8, started_at float8, has_inbox boolean, now float8)
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
    crash_count = runs.crash_count + CASE WHEN free.lease_expired THEN 1 ELSE 0 END
  FROM (
    SELECT r.id, w.id IS NOT NULL AS lease_expired
    FROM runs r LEFT JOIN workers w ON w.id = r.worker_id
    WHERE r.id = ANY (p_ids) AND r.status IN ('pending', 'running', 'waiting', 'paused')
      AND CASE
        WHEN r.worker_id IS NULL THEN
          r.status IN ('pending', 'running') OR EXISTS (SELECT FROM run_inbox i WHERE i.run_id = r.id)
        WHEN w.id IS NULL THEN true
        ELSE has_lapsed(w.lease_until, w.lease_ms)
      END
  ) AS free
  WHERE runs.id = free.id;

  RETURN QUERY
  SELECT r.id, r.workspace_id, r.workflow_id, r.version_id, r.status, r.trigger, r.input,
    r.epoch, r.last_seq, r.crash_count, r.origin_run_id, r.parent_run_id,
    (extract(epoch FROM r.created_at) * 1000)::float8, (extract(epoch FROM r.started_at) * 1000)::float8,
    EXISTS (SELECT FROM run_inbox i WHERE i.run_id = r.id),
    (extract(epoch FROM clock_timestamp()) * 1000)::float8
  FROM runs r
  -- Not by the index on worker_id: a worker may hold thousands of runs.
  WHERE r.id = ANY (p_ids) AND r.claim_token = p_token AND r.worker_id IS NOT DISTINCT FROM p_worker;
END $$;
