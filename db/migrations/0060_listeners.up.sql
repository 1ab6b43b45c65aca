-- Who listens for what happens in a workspace: the triggers of published versions that an event or the failure of
-- another workflow starts. The run is started where the fact is written, so that a crash neither loses nor repeats it.
CREATE TABLE listeners (
  workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  workflow_id uuid NOT NULL REFERENCES workflows,
  node_id text NOT NULL,
  version_id uuid NOT NULL REFERENCES workflow_versions,
  kind text NOT NULL CHECK (kind IN ('event', 'failure')),
  -- Of the event; of a failure the workflow's name or id, empty for any.
  name text NOT NULL,
  -- An event with this key only, and whose payload contains this.
  key text,
  match jsonb,
  -- A run that ended so.
  statuses text[],
  priority smallint NOT NULL,
  PRIMARY KEY (workflow_id, node_id, name)
);
CREATE INDEX listeners_name ON listeners (workspace_id, kind, name);

-- A UUID of version 7, as `newId` of db/src/ids.ts makes them: a random one with the time in its first 48 bits.
CREATE FUNCTION new_run_id() RETURNS uuid
LANGUAGE sql VOLATILE
AS $$
  SELECT encode(set_bit(set_bit(
    substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
      || substring(uuid_send(gen_random_uuid()) FROM 7), 52, 1), 53, 1), 'hex')::uuid
$$;

-- The run whose end or whose step started the one with this key. Only we make such keys (I6).
CREATE FUNCTION cause_of(p_key text) RETURNS uuid
LANGUAGE sql IMMUTABLE
AS $$
  SELECT substring(p_key FROM '^(?:failure|event:run):([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}):')::uuid
$$;

-- The keys of a run and of all that led to it: those that call it, that it was made from, whose event or failure
-- started it.
CREATE FUNCTION keys_behind(p_run uuid) RETURNS TABLE (idempotency_key text)
LANGUAGE sql STABLE
AS $$
  WITH RECURSIVE line AS (
    SELECT r.id, r.parent_run_id, r.origin_run_id, r.idempotency_key FROM runs r WHERE r.id = p_run
    UNION
    SELECT r.id, r.parent_run_id, r.origin_run_id, r.idempotency_key
    FROM line l JOIN runs r ON r.id IN (l.parent_run_id, l.origin_run_id, cause_of(l.idempotency_key))
  )
  SELECT line.idempotency_key FROM line WHERE line.idempotency_key IS NOT NULL
$$;

DROP FUNCTION publish_event(uuid, text, text, text, jsonb);

-- Records an event, ends every wait it matches (D14) and starts one run of every workflow that listens for it: one
-- transaction, one publish. `kind`: published; replayed (this id has come before, and nothing happens again); id_reused
-- (with other content); too_deep (events of runs that events started, more than 32 in a line).
-- p_source: the run whose step publishes it. p_backlog: nobody rings for the started runs, the backlog admits them (D19).
CREATE FUNCTION publish_event(p_workspace uuid, p_id text, p_name text, p_key text, p_payload jsonb, p_source uuid,
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

-- What a failure workflow is told of the run that ended.
CREATE FUNCTION failure_facts(p_run runs) RETURNS jsonb
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

-- The last write of a run that fails, whoever makes it, starts the failure workflows that listen (D5). The backlog
-- admits them. None is started by a test run, by a run of the listening workflow itself, or by anything that a
-- failure has led to: a failure workflow that fails must not go round for ever.
CREATE FUNCTION start_failure_runs() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
  failed record;
BEGIN
  IF NOT EXISTS (SELECT FROM listeners l WHERE l.workspace_id = NEW.workspace_id AND l.kind = 'failure') THEN
    RETURN NULL;
  END IF;
  SELECT w.name INTO failed FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id
  WHERE v.id = NEW.version_id AND v.number IS NOT NULL;
  IF NOT FOUND OR EXISTS (SELECT FROM keys_behind(NEW.id) b WHERE b.idempotency_key LIKE 'failure:%') THEN
    RETURN NULL;
  END IF;
  INSERT INTO runs (id, workspace_id, workflow_id, version_id, trigger, input, priority, idempotency_key, backlog,
    sweep_at)
  SELECT new_run_id(), l.workspace_id, l.workflow_id, l.version_id, l.node_id, failure_facts(NEW), l.priority,
    'failure:' || NEW.id || ':' || l.workflow_id, true, 'infinity'
  FROM (
    SELECT DISTINCT ON (workflow_id) * FROM listeners
    WHERE workspace_id = NEW.workspace_id AND kind = 'failure' AND name IN ('', failed.name, NEW.workflow_id::text)
      AND NEW.status = ANY (statuses) AND workflow_id <> NEW.workflow_id
    ORDER BY workflow_id, node_id
  ) AS l
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
-- Deferred to the commit: a flush writes its runs before their steps.
CREATE CONSTRAINT TRIGGER runs_start_failure_runs AFTER UPDATE OF status ON runs DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.status IN ('failed', 'cancelled') AND OLD.status <> NEW.status)
EXECUTE FUNCTION start_failure_runs();
