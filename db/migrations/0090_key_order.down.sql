DROP TRIGGER runs_start_failure_runs ON runs;
ALTER TABLE runs
  ALTER COLUMN input TYPE jsonb USING input::jsonb,
  ALTER COLUMN error TYPE jsonb USING error::jsonb,
  ALTER COLUMN output TYPE jsonb USING output::jsonb,
  ALTER COLUMN snapshot TYPE jsonb USING snapshot::jsonb,
  ALTER COLUMN seed TYPE jsonb USING seed::jsonb;
ALTER TABLE step_runs
  ALTER COLUMN error TYPE jsonb USING error::jsonb;
ALTER TABLE run_events
  ALTER COLUMN event TYPE jsonb USING event::jsonb;
ALTER TABLE run_inbox
  ALTER COLUMN message TYPE jsonb USING message::jsonb;
ALTER TABLE waits
  ALTER COLUMN resolution TYPE jsonb USING resolution::jsonb,
  ALTER COLUMN on_timeout TYPE jsonb USING on_timeout::jsonb;
ALTER TABLE events
  ALTER COLUMN payload TYPE jsonb USING payload::jsonb;
ALTER TABLE run_responses
  ALTER COLUMN headers TYPE jsonb USING headers::jsonb,
  ALTER COLUMN body TYPE jsonb USING body::jsonb;
CREATE CONSTRAINT TRIGGER runs_start_failure_runs AFTER UPDATE OF status ON runs DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.status IN ('failed', 'cancelled') AND OLD.status <> NEW.status
  AND NEW.error ->> 'code' IS DISTINCT FROM 'DEBOUNCED')
EXECUTE FUNCTION start_failure_runs();
ALTER TABLE waits DROP COLUMN input;
DROP TRIGGER workflows_draft_text ON workflows;
DROP TRIGGER workflow_versions_definition_text ON workflow_versions;
DROP FUNCTION keep_draft_text();
DROP FUNCTION keep_definition_text();
ALTER TABLE workflows DROP COLUMN draft_text;
ALTER TABLE workflow_versions DROP COLUMN definition_text;

DROP FUNCTION event_result(events);
DROP FUNCTION failure_facts(runs);
DROP FUNCTION wait_message(text, integer, json);
DROP FUNCTION resolution_message(text, integer, json);
DROP FUNCTION flush_units_with_snapshots(flush_unit[], uuid[]);
DROP FUNCTION flush_units_with_waits(flush_unit[], uuid[]);
DROP FUNCTION flush_limited_units(flush_unit[], uuid[]);
DROP FUNCTION flush_units(flush_unit[]);
DROP TYPE flush_unit;
DROP FUNCTION claim_runs(uuid[], uuid, uuid);
DROP FUNCTION publish_event(uuid, text, text, text, json, uuid, boolean);
DROP FUNCTION resume_wait(uuid, text, json);

CREATE OR REPLACE FUNCTION event_result(e events) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object('kind', 'completed', 'output', jsonb_build_object('id', e.id, 'name', e.name,
    'key', nullif(e.key, ''), 'payload', e.payload,
    'at', to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
$$;

CREATE OR REPLACE FUNCTION flush_runs(p_units jsonb) RETURNS SETOF uuid
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

CREATE OR REPLACE FUNCTION flush_limited_runs(p_units jsonb, p_ended uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM 1 FROM concurrency_keys k
  WHERE (k.workflow_id, k.key) IN (SELECT s.workflow_id, s.key FROM concurrency_slots s WHERE s.run_id = ANY (p_ended))
  ORDER BY k.workflow_id, k.key FOR UPDATE;
  RETURN QUERY SELECT flush_runs(p_units);
END $$;

CREATE OR REPLACE FUNCTION flush_runs_with_waits(p_units jsonb, p_freeing uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql
AS $$
DECLARE
  written uuid[];
BEGIN
  PERFORM pg_advisory_xact_lock(l.lock) FROM (
    SELECT DISTINCT event_lock(u.workspace, w.name, w.key) AS lock
    FROM jsonb_to_recordset(p_units) AS u (workspace uuid, waits jsonb),
      jsonb_to_recordset(u.waits) AS w (kind text, name text, key text)
    WHERE w.kind IN ('event', 'resume')
    ORDER BY lock) AS l;

  IF cardinality(p_freeing) = 0 THEN
    written := ARRAY(SELECT flush_runs(p_units));
  ELSE
    written := ARRAY(SELECT flush_limited_runs(p_units, p_freeing));
  END IF;

  UPDATE runs SET has_waits = true
  FROM jsonb_to_recordset(p_units) AS u (id uuid, waits jsonb)
  WHERE runs.id = u.id AND u.waits IS NOT NULL AND u.id = ANY (written) AND NOT runs.has_waits;

  INSERT INTO waits (run_id, path, attempt, workspace_id, kind, name, key, deadline, on_timeout, details)
  SELECT u.id, w.path, w.attempt, u.workspace, w.kind, w.name, w.key, to_timestamp(w.deadline / 1000),
    w."onTimeout", w.details
  FROM jsonb_to_recordset(p_units) AS u (id uuid, workspace uuid, waits jsonb),
    jsonb_to_recordset(u.waits) AS w (path text, attempt integer, kind text, name text, key text,
      deadline float8, "onTimeout" jsonb, details jsonb)
  WHERE u.id = ANY (written);

  PERFORM meet_earlier(u.id, w.path, w.attempt, w.kind)
  FROM jsonb_to_recordset(p_units) AS u (id uuid, waits jsonb),
    jsonb_to_recordset(u.waits) AS w (path text, attempt integer, kind text)
  WHERE u.id = ANY (written) AND w.kind IN ('event', 'resume');

  -- A child belongs to whom its parent belongs to, and is as if rung for just now.
  INSERT INTO runs (id, workspace_id, workflow_id, version_id, trigger, input, priority, parent_run_id, parent_path,
    parent_attempt, started_by)
  SELECT c.id, p.workspace_id, c."workflowId", c."versionId", c.trigger, coalesce(c.input, 'null'), p.priority, p.id,
    c.path, c.attempt, p.started_by
  FROM jsonb_to_recordset(p_units) AS u (id uuid, children jsonb),
    jsonb_to_recordset(u.children) AS c (id uuid, "workflowId" uuid, "versionId" uuid, trigger text, input jsonb,
      path text, attempt integer),
    runs p
  WHERE u.id = ANY (written) AND p.id = u.id
  ON CONFLICT DO NOTHING;

  RETURN QUERY SELECT unnest(written);
END $$;

CREATE OR REPLACE FUNCTION flush_runs_with_snapshots(p_units jsonb, p_freeing uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql
AS $$
DECLARE
  written uuid[];
BEGIN
  written := ARRAY(SELECT flush_runs_with_waits(p_units, p_freeing));

  UPDATE runs SET snapshot = u.snapshot, snapshot_seq = CASE WHEN u.snapshot IS NOT NULL THEN u.seq END
  FROM jsonb_to_recordset(p_units) AS u (id uuid, seq integer, "newSnapshot" boolean, snapshot jsonb)
  WHERE runs.id = u.id AND u."newSnapshot" AND u.id = ANY (written);

  RETURN QUERY SELECT unnest(written);
END $$;

CREATE OR REPLACE FUNCTION claim_runs(p_ids uuid[], p_worker uuid, p_token uuid) RETURNS TABLE (
  id uuid, workspace_id uuid, workflow_id uuid, version_id uuid, status text, trigger text, input jsonb,
  epoch integer, last_seq integer, crash_count smallint, origin_run_id uuid, parent_run_id uuid,
  seed jsonb, created_at float8, started_at float8, has_inbox boolean, now float8)
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
    r.epoch, r.last_seq, r.crash_count, r.origin_run_id, r.parent_run_id, r.seed,
    (extract(epoch FROM r.created_at) * 1000)::float8, (extract(epoch FROM r.started_at) * 1000)::float8,
    EXISTS (SELECT FROM run_inbox i WHERE i.run_id = r.id),
    (extract(epoch FROM clock_timestamp()) * 1000)::float8
  FROM runs r
  -- Not by the index on worker_id: a worker may hold thousands of runs.
  WHERE r.id = ANY (p_ids) AND r.claim_token = p_token AND r.worker_id IS NOT DISTINCT FROM p_worker;
END $$;

CREATE OR REPLACE FUNCTION meet_earlier(p_run uuid, p_path text, p_attempt integer, p_kind text) RETURNS void
LANGUAGE sql
AS $$
  WITH earlier AS (
    (SELECT 'event:' || e.id AS by, event_result(e) AS result
     FROM waits w JOIN runs r ON r.id = w.run_id
       JOIN events e ON e.workspace_id = w.workspace_id AND e.name = w.name AND e.key = w.key
     WHERE p_kind = 'event' AND w.run_id = p_run AND w.path = p_path AND w.attempt = p_attempt
       AND e.created_at >= r.created_at
       AND NOT EXISTS (SELECT FROM waits t WHERE t.run_id = p_run AND t.resolved_by = 'event:' || e.id)
     ORDER BY e.created_at, e.id LIMIT 1)
    UNION ALL
    (SELECT w.resolved_by, w.resolution FROM waits w
     WHERE p_kind = 'resume' AND w.run_id = p_run AND w.path = p_path AND w.attempt = 0)
  ), ended AS (
    UPDATE waits SET resolved_at = clock_timestamp(), resolved_by = earlier.by, resolution = earlier.result
    FROM earlier WHERE run_id = p_run AND path = p_path AND attempt = p_attempt
    RETURNING waits.*
  )
  INSERT INTO run_inbox (workspace_id, run_id, message)
  SELECT workspace_id, run_id, wait_message(path, attempt, resolution) FROM ended
$$;

CREATE OR REPLACE FUNCTION publish_event(p_workspace uuid, p_id text, p_name text, p_key text, p_payload jsonb, p_source uuid,
  p_backlog boolean)
RETURNS TABLE (kind text, woken uuid[], started uuid[])
LANGUAGE plpgsql
AS $$
DECLARE
  arrived events;
BEGIN
  IF p_source IS NOT NULL
    AND (SELECT count(*) FROM keys_behind(p_source) b WHERE b.idempotency_key LIKE 'event:run:%') >= 32 THEN
    RETURN QUERY SELECT 'too_deep', '{}'::uuid[], '{}'::uuid[];
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(event_lock(p_workspace, p_name, p_key));
  INSERT INTO events (workspace_id, id, name, key, payload) VALUES (p_workspace, p_id, p_name, p_key, p_payload)
  ON CONFLICT DO NOTHING RETURNING * INTO arrived;
  IF NOT FOUND THEN
    RETURN QUERY
    SELECT CASE WHEN e.name = p_name AND e.key = p_key AND e.payload = p_payload THEN 'replayed' ELSE 'id_reused' END,
      '{}'::uuid[], '{}'::uuid[]
    FROM events e WHERE e.workspace_id = p_workspace AND e.id = p_id;
    RETURN;
  END IF;
  WITH ended AS (
    UPDATE waits SET resolved_at = clock_timestamp(), resolved_by = 'event:' || arrived.id,
      resolution = event_result(arrived)
    WHERE waits.workspace_id = p_workspace AND waits.kind = 'event' AND waits.name = p_name AND waits.key = p_key
      AND waits.resolved_by IS NULL
    RETURNING *
  ), told AS (
    INSERT INTO run_inbox (workspace_id, run_id, message)
    SELECT e.workspace_id, e.run_id, wait_message(e.path, e.attempt, e.resolution) FROM ended e
    RETURNING run_id
  )
  SELECT 'published', coalesce(array_agg(DISTINCT t.run_id), '{}') INTO kind, woken FROM told t;
  -- One run a workflow, by whichever of its triggers (I6). A key outlives its event, which is kept for a day.
  WITH listening AS (
    SELECT DISTINCT ON (l.workflow_id) l.* FROM listeners l
    WHERE l.workspace_id = p_workspace AND l.kind = 'event' AND l.name = p_name
      AND (l.key IS NULL OR l.key = p_key) AND (l.match IS NULL OR p_payload @> l.match)
    ORDER BY l.workflow_id, l.node_id
  ), made AS (
    INSERT INTO runs (id, workspace_id, workflow_id, version_id, trigger, input, priority, idempotency_key, backlog,
      sweep_at)
    SELECT new_run_id(), l.workspace_id, l.workflow_id, l.version_id, l.node_id, event_result(arrived) -> 'output',
      l.priority, 'event:' || p_id || ':' || l.workflow_id, p_backlog,
      CASE WHEN p_backlog THEN 'infinity' ELSE clock_timestamp() + interval '10 s' END
    FROM listening l ORDER BY l.workflow_id
    ON CONFLICT DO NOTHING
    RETURNING id
  )
  SELECT coalesce(array_agg(m.id), '{}') INTO started FROM made m;
  RETURN NEXT;
END $$;

CREATE OR REPLACE FUNCTION resume_wait(p_run uuid, p_path text, p_result jsonb) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  run runs;
BEGIN
  SELECT * INTO run FROM runs WHERE id = p_run;
  IF NOT FOUND THEN
    RETURN 'not_found';
  END IF;
  PERFORM pg_advisory_xact_lock(event_lock(run.workspace_id, p_run::text, p_path));
  WITH ended AS (
    UPDATE waits SET resolved_at = clock_timestamp(), resolved_by = 'url', resolution = p_result
    WHERE run_id = p_run AND path = p_path AND kind = 'resume' AND resolved_by IS NULL
    RETURNING *
  )
  INSERT INTO run_inbox (workspace_id, run_id, message)
  SELECT workspace_id, run_id, wait_message(path, attempt, resolution) FROM ended;
  IF FOUND THEN
    RETURN 'resumed';
  END IF;
  IF EXISTS (SELECT FROM waits WHERE run_id = p_run AND path = p_path AND kind = 'resume') THEN
    RETURN 'already_resolved';
  END IF;
  IF run.status IN ('completed', 'failed', 'cancelled') THEN
    RETURN 'run_finished';
  END IF;
  INSERT INTO waits (run_id, path, attempt, workspace_id, kind, resolved_at, resolved_by, resolution)
  VALUES (p_run, p_path, 0, run.workspace_id, 'resume', clock_timestamp(), 'url', p_result);
  RETURN 'early';
END $$;

CREATE OR REPLACE FUNCTION tell_parent() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  WITH ended AS (
    UPDATE waits SET resolved_at = clock_timestamp(), resolved_by = 'run:' || NEW.id,
      resolution = CASE NEW.status
        WHEN 'completed' THEN jsonb_build_object('kind', 'completed', 'output', NEW.output)
        ELSE jsonb_build_object('kind', 'failed', 'error', jsonb_build_object(
          'code', CASE NEW.status WHEN 'failed' THEN 'CHILD_FAILED' ELSE 'CHILD_CANCELLED' END,
          'message', 'run ' || NEW.id || ' was ' || NEW.status || coalesce(': ' || (NEW.error ->> 'message'), ''),
          'retryable', NEW.status = 'failed',
          'details', jsonb_build_object('runId', NEW.id, 'error', NEW.error)))
      END
    WHERE run_id = NEW.parent_run_id AND path = NEW.parent_path AND attempt = NEW.parent_attempt
      AND kind = 'child' AND resolved_by IS NULL
    RETURNING *
  )
  INSERT INTO run_inbox (workspace_id, run_id, message)
  SELECT workspace_id, run_id, wait_message(path, attempt, resolution) FROM ended;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION failure_facts(p_run runs) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'run', jsonb_build_object('id', p_run.id, 'status', p_run.status, 'trigger', p_run.trigger),
    'workflow', jsonb_build_object('id', w.id, 'name', w.name, 'version', v.number),
    'error', p_run.error,
    'step', (SELECT s.path FROM step_runs s WHERE s.run_id = p_run.id AND s.status = 'failed'
      ORDER BY s.error IS NOT DISTINCT FROM p_run.error DESC, s.finished_at DESC LIMIT 1),
    'input', p_run.input)
  FROM workflows w, workflow_versions v WHERE w.id = p_run.workflow_id AND v.id = p_run.version_id
$$;
