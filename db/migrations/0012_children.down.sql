DROP TRIGGER runs_tell_parent ON runs;
DROP FUNCTION tell_parent();
DROP FUNCTION cancel_child(uuid);
DROP INDEX runs_of_call;
ALTER TABLE runs DROP COLUMN parent_path, DROP COLUMN parent_attempt;

CREATE OR REPLACE FUNCTION end_waits() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  UPDATE waits SET resolved_at = clock_timestamp(), resolved_by = 'run'
  WHERE run_id = NEW.id AND resolved_by IS NULL;
  RETURN NULL;
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

  RETURN QUERY SELECT unnest(written);
END $$;
