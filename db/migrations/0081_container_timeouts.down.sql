DROP TRIGGER step_runs_end_wait ON step_runs;
DROP FUNCTION end_wait_of_step();

DELETE FROM timers WHERE kind = 'step_timeout';
ALTER TABLE timers DROP CONSTRAINT timers_kind_check,
  ADD CONSTRAINT timers_kind_check CHECK (kind IN ('retry', 'delay', 'run_timeout'));
