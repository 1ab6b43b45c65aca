-- Runs that are called by a step of another run. One a call: however often a call is written, it makes one run (D5).
ALTER TABLE runs ADD COLUMN parent_path text, ADD COLUMN parent_attempt integer;
CREATE UNIQUE INDEX runs_of_call ON runs (parent_run_id, parent_path, parent_attempt) WHERE parent_path IS NOT NULL;

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

-- A child's last write, whoever makes it, ends the wait of the step that called it and tells the parent (D5, D14).
CREATE FUNCTION tell_parent() RETURNS trigger
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
CREATE TRIGGER runs_tell_parent AFTER UPDATE OF status ON runs FOR EACH ROW
WHEN (NEW.parent_path IS NOT NULL AND NEW.status IN ('completed', 'failed', 'cancelled') AND OLD.status <> NEW.status)
EXECUTE FUNCTION tell_parent();

-- Asks a run whose parent has stopped waiting for it to end. Only its owner acts on that (D3).
CREATE FUNCTION cancel_child(p_run uuid) RETURNS void
LANGUAGE sql
AS $$
  INSERT INTO run_inbox (workspace_id, run_id, message)
  SELECT workspace_id, id, jsonb_build_object('kind', 'cancel', 'reason', 'nobody waits for it any more')
  FROM runs WHERE id = p_run AND status IN ('pending', 'running', 'waiting', 'paused')
$$;

-- Whoever ends a run ends its waits, and the runs it waits for.
CREATE OR REPLACE FUNCTION end_waits() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
  ended waits;
BEGIN
  FOR ended IN
    UPDATE waits SET resolved_at = clock_timestamp(), resolved_by = 'run'
    WHERE run_id = NEW.id AND resolved_by IS NULL RETURNING *
  LOOP
    IF ended.kind = 'child' THEN
      PERFORM cancel_child(ended.name::uuid);
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
