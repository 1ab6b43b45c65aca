DROP TRIGGER runs_start_failure_runs ON runs;
DROP FUNCTION start_failure_runs();
DROP FUNCTION failure_facts(runs);
DROP FUNCTION publish_event(uuid, text, text, text, jsonb, uuid, boolean);
DROP FUNCTION keys_behind(uuid);
DROP FUNCTION cause_of(text);
DROP FUNCTION new_run_id();
DROP TABLE listeners;
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
