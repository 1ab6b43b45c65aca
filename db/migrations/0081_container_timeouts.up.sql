-- Containers have a time of their own, which passes while their run is parked as well.
ALTER TABLE timers DROP CONSTRAINT timers_kind_check,
  ADD CONSTRAINT timers_kind_check CHECK (kind IN ('retry', 'delay', 'step_timeout', 'run_timeout'));

-- A step may be cut off in a run that goes on, with the item that it is part of: nobody is asked for it any more, and
-- the run that it called ends (D5).
CREATE FUNCTION end_wait_of_step() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
  ended waits;
BEGIN
  UPDATE waits SET resolved_at = clock_timestamp(), resolved_by = 'run'
  WHERE run_id = OLD.run_id AND path = OLD.path AND attempt = OLD.attempt AND resolved_by IS NULL
  RETURNING * INTO ended;
  IF ended.kind = 'child' THEN
    PERFORM cancel_child(ended.name::uuid);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER step_runs_end_wait AFTER UPDATE OF status ON step_runs FOR EACH ROW
WHEN (OLD.status = 'waiting' AND NEW.status = 'cancelled'
  AND OLD.wait ->> 'kind' IN ('event', 'resume', 'approval', 'child', 'task'))
EXECUTE FUNCTION end_wait_of_step();
