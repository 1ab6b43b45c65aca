-- What runs wait for outside of themselves: see D3 to D5 and D14. A wait is a row of `waits`; whoever sets its
-- `resolved_by` first has ended it, and tells the run in the same transaction.
ALTER TABLE waits
  DROP COLUMN token_hash,
  -- What people and outside workers name it by.
  ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
  -- The `waitResult` with which it ends at its deadline.
  ADD COLUMN on_timeout jsonb,
  -- What its kind needs besides: a form and its assignees, the input of a task.
  ADD COLUMN details jsonb,
  ADD COLUMN lease_token uuid,
  ADD COLUMN lease_until timestamptz;
CREATE UNIQUE INDEX waits_id ON waits (id);
CREATE INDEX waits_open ON waits (workspace_id, kind, name, key) WHERE resolved_by IS NULL;
CREATE INDEX waits_due ON waits (deadline) WHERE resolved_by IS NULL AND deadline IS NOT NULL;

-- Set with its first wait, so that the end of any other run costs nothing more.
ALTER TABLE runs ADD COLUMN has_waits boolean NOT NULL DEFAULT false;

-- Events from outside, kept for 24 hours: a wait may take one that came before it (D14).
CREATE TABLE events (
  workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  id text NOT NULL,
  name text NOT NULL,
  key text NOT NULL,
  payload jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX events_match ON events (workspace_id, name, key, created_at);
CREATE INDEX events_age ON events (created_at);

-- What arrival and registration both lock first, so that neither misses the other (D14). Two names may share a number:
-- they then wait for each other once in a while.
CREATE FUNCTION event_lock(p_workspace uuid, p_name text, p_key text) RETURNS bigint
LANGUAGE sql IMMUTABLE
AS $$ SELECT hashtextextended(jsonb_build_array(p_workspace, p_name, p_key)::text, 0) $$;

-- What a wait gives when an event ends it.
CREATE FUNCTION event_result(e events) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object('kind', 'completed', 'output', jsonb_build_object('id', e.id, 'name', e.name,
    'key', nullif(e.key, ''), 'payload', e.payload,
    'at', to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
$$;

CREATE FUNCTION wait_message(p_path text, p_attempt integer, p_result jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
  SELECT jsonb_build_object('kind', 'wait_resolved', 'path', p_path, 'attempt', p_attempt, 'result', p_result)
$$;

-- `flush_runs`, and what these units cause beside their runs, in one transaction (D5).
-- p_freeing: those that give a place back (see flush_limited_runs).
-- Locks in one order for everybody: events, then concurrency keys, then runs, then waits.
CREATE FUNCTION flush_runs_with_waits(p_units jsonb, p_freeing uuid[]) RETURNS SETOF uuid
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

  RETURN QUERY SELECT unnest(written);
END $$;

-- Ends a wait, just registered, with what came before it: the earliest event since its run was accepted that this run
-- has not taken yet, or a call of its resume URL. Needs `event_lock`.
CREATE FUNCTION meet_earlier(p_run uuid, p_path text, p_attempt integer, p_kind text) RETURNS void
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

-- Records an event and ends every wait it matches (D14).
-- `kind`: published; replayed (this id has come before, and nothing happens again); id_reused (with other content).
CREATE FUNCTION publish_event(p_workspace uuid, p_id text, p_name text, p_key text, p_payload jsonb)
RETURNS TABLE (kind text, woken uuid[])
LANGUAGE plpgsql
AS $$
DECLARE
  arrived events;
BEGIN
  PERFORM pg_advisory_xact_lock(event_lock(p_workspace, p_name, p_key));
  INSERT INTO events (workspace_id, id, name, key, payload) VALUES (p_workspace, p_id, p_name, p_key, p_payload)
  ON CONFLICT DO NOTHING RETURNING * INTO arrived;
  IF NOT FOUND THEN
    SELECT CASE WHEN e.name = p_name AND e.key = p_key AND e.payload = p_payload THEN 'replayed' ELSE 'id_reused' END,
      '{}'::uuid[]
    INTO kind, woken FROM events e WHERE e.workspace_id = p_workspace AND e.id = p_id;
    RETURN NEXT;
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
  RETURN NEXT;
END $$;

-- Ends a wait by its resume URL; one that has not begun yet, before it begins (D14).
CREATE FUNCTION resume_wait(p_run uuid, p_path text, p_result jsonb) RETURNS text
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

-- Whoever ends a run ends its waits: nobody is asked for an answer that no run takes.
CREATE FUNCTION end_waits() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  UPDATE waits SET resolved_at = clock_timestamp(), resolved_by = 'run'
  WHERE run_id = NEW.id AND resolved_by IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER runs_end_waits AFTER UPDATE OF status ON runs FOR EACH ROW
WHEN (NEW.has_waits AND NEW.status IN ('completed', 'failed', 'cancelled'))
EXECUTE FUNCTION end_waits();
