-- When runs may begin whose workflow says so (settings.debounce, settings.rateLimit). A run asks at its first claim.
-- What it is told stands in its own row, so that asking again, after a crash, changes nothing. Whoever asks for a key
-- holds the key's advisory lock first, then the run.

-- Of the starts of a key that come within a wait, the one accepted last runs.
CREATE TABLE debounced_starts (
  run_id uuid PRIMARY KEY,
  workflow_id uuid NOT NULL,
  key text NOT NULL,
  workspace_id uuid NOT NULL,
  -- When the first of those that collapse asked: `maxWaitMs` counts from here.
  window_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  superseded_by uuid
);
CREATE INDEX debounced_starts_open ON debounced_starts (workflow_id, key, due_at) WHERE superseded_by IS NULL;
CREATE INDEX debounced_starts_age ON debounced_starts (due_at);

-- The starts of a key, past and to come: a log, so that no window of any `perMs` holds more than `runs` of them.
CREATE TABLE rated_starts (
  run_id uuid PRIMARY KEY,
  workflow_id uuid NOT NULL,
  key text NOT NULL,
  workspace_id uuid NOT NULL,
  starts_at timestamptz NOT NULL,
  -- From here on it limits nobody.
  expires_at timestamptz NOT NULL
);
CREATE INDEX rated_starts_key ON rated_starts (workflow_id, key, starts_at DESC);
CREATE INDEX rated_starts_age ON rated_starts (expires_at);

-- Runs given back until then. No sweep and no backlog looks at them before: their `sweep_at` is never.
CREATE TABLE held_starts (
  run_id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  due_at timestamptz NOT NULL
);
CREATE INDEX held_starts_due ON held_starts (due_at);

CREATE FUNCTION start_lock(p_policy text, p_workflow uuid, p_key text) RETURNS bigint
LANGUAGE sql IMMUTABLE
AS $$ SELECT hashtextextended(jsonb_build_array(p_policy, p_workflow, p_key)::text, 0) $$;

-- Gives a run just claimed back until then. The caller has locked it under its epoch.
CREATE FUNCTION hold_start(p_run uuid, p_due timestamptz) RETURNS void
LANGUAGE sql
AS $$
  UPDATE runs SET worker_id = NULL, status = 'pending', sweep_at = 'infinity' WHERE id = p_run;
  INSERT INTO held_starts (run_id, workspace_id, due_at) SELECT id, workspace_id, p_due FROM runs WHERE id = p_run
  ON CONFLICT (run_id) DO UPDATE SET due_at = excluded.due_at
$$;

-- `due`: it may begin; `held`: given back until its wait is over; with either, `other` has collapsed into it.
-- `superseded`: `other` was accepted after it, within the wait; `fenced`: another owner has it.
CREATE FUNCTION debounce_start(p_run uuid, p_epoch integer, p_key text, p_wait_ms float8, p_max_wait_ms float8)
RETURNS TABLE (outcome text, other uuid)
LANGUAGE plpgsql
AS $$
DECLARE
  asking runs;
  own debounced_starts;
  waiting record;
  collapsed uuid;
  moment timestamptz;
BEGIN
  SELECT * INTO asking FROM runs WHERE id = p_run;
  SELECT * INTO own FROM debounced_starts WHERE run_id = p_run;
  PERFORM pg_advisory_xact_lock(start_lock('debounce', asking.workflow_id, coalesce(own.key, p_key)));
  PERFORM 1 FROM runs WHERE id = p_run AND epoch = p_epoch FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'fenced', NULL::uuid; RETURN;
  END IF;
  moment := clock_timestamp();
  SELECT * INTO own FROM debounced_starts WHERE run_id = p_run;
  IF NOT FOUND THEN
    SELECT d.run_id, d.window_at, (r.created_at, r.id) > (asking.created_at, asking.id) AS newer INTO waiting
    FROM debounced_starts d JOIN runs r ON r.id = d.run_id
    WHERE d.workflow_id = asking.workflow_id AND d.key = p_key AND d.superseded_by IS NULL AND d.due_at > moment
      AND r.status IN ('pending', 'running')
    ORDER BY d.due_at DESC LIMIT 1;
    INSERT INTO debounced_starts (run_id, workflow_id, key, workspace_id, window_at, due_at, superseded_by)
    VALUES (p_run, asking.workflow_id, p_key, asking.workspace_id, coalesce(waiting.window_at, moment),
      least(moment + p_wait_ms * interval '1 ms', coalesce(waiting.window_at, moment) + p_max_wait_ms * interval '1 ms'),
      CASE WHEN waiting.newer THEN waiting.run_id END)
    RETURNING * INTO own;
    IF NOT waiting.newer THEN
      UPDATE debounced_starts SET superseded_by = p_run WHERE run_id = waiting.run_id RETURNING run_id INTO collapsed;
    END IF;
  END IF;
  IF own.superseded_by IS NOT NULL THEN
    RETURN QUERY SELECT 'superseded', own.superseded_by;
  ELSIF own.due_at > moment THEN
    PERFORM hold_start(p_run, own.due_at);
    RETURN QUERY SELECT 'held', collapsed;
  ELSE
    RETURN QUERY SELECT 'due', collapsed;
  END IF;
END $$;

-- When a run of this key may start next: now, or later. The caller holds the key.
CREATE FUNCTION next_start(p_workflow uuid, p_key text, p_runs integer, p_per_ms float8) RETURNS timestamptz
LANGUAGE sql VOLATILE
AS $$
  SELECT greatest(clock_timestamp(), (
    SELECT starts_at FROM rated_starts WHERE workflow_id = p_workflow AND key = p_key
    ORDER BY starts_at DESC OFFSET p_runs - 1 LIMIT 1) + p_per_ms * interval '1 ms')
$$;

-- `due`: it may begin; `held`: given back until it may; `rejected`: it would have to wait, and is not to; `fenced`:
-- another owner has it.
CREATE FUNCTION rate_start(p_run uuid, p_epoch integer, p_key text, p_runs integer, p_per_ms float8, p_reject boolean)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  asking runs;
  own rated_starts;
  next timestamptz;
BEGIN
  SELECT * INTO asking FROM runs WHERE id = p_run;
  SELECT * INTO own FROM rated_starts WHERE run_id = p_run;
  PERFORM pg_advisory_xact_lock(start_lock('rate', asking.workflow_id, coalesce(own.key, p_key)));
  PERFORM 1 FROM runs WHERE id = p_run AND epoch = p_epoch FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN 'fenced';
  END IF;
  SELECT * INTO own FROM rated_starts WHERE run_id = p_run;
  IF NOT FOUND THEN
    next := next_start(asking.workflow_id, p_key, p_runs, p_per_ms);
    IF p_reject AND next > clock_timestamp() THEN
      RETURN 'rejected';
    END IF;
    INSERT INTO rated_starts (run_id, workflow_id, key, workspace_id, starts_at, expires_at)
    VALUES (p_run, asking.workflow_id, p_key, asking.workspace_id, next, next + p_per_ms * interval '1 ms')
    RETURNING * INTO own;
  END IF;
  IF own.starts_at > clock_timestamp() THEN
    PERFORM hold_start(p_run, own.starts_at);
    RETURN 'held';
  END IF;
  RETURN 'due';
END $$;

-- A start kept for a run that is about to be accepted, for those who are refused when they would have to wait: 0, or
-- how long that would be, milliseconds.
CREATE FUNCTION reserve_start(p_run uuid, p_workspace uuid, p_workflow uuid, p_key text, p_runs integer,
  p_per_ms float8)
RETURNS float8
LANGUAGE plpgsql
AS $$
DECLARE
  next timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(start_lock('rate', p_workflow, p_key));
  next := next_start(p_workflow, p_key, p_runs, p_per_ms);
  IF next > clock_timestamp() THEN
    RETURN extract(epoch FROM next - clock_timestamp()) * 1000;
  END IF;
  INSERT INTO rated_starts (run_id, workflow_id, key, workspace_id, starts_at, expires_at)
  VALUES (p_run, p_workflow, p_key, p_workspace, next, next + p_per_ms * interval '1 ms');
  RETURN 0;
END $$;

-- A debounced start that another took over from is no end that anybody need hear of.
DROP TRIGGER runs_start_failure_runs ON runs;
CREATE CONSTRAINT TRIGGER runs_start_failure_runs AFTER UPDATE OF status ON runs DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.status IN ('failed', 'cancelled') AND OLD.status <> NEW.status
  AND NEW.error ->> 'code' IS DISTINCT FROM 'DEBOUNCED')
EXECUTE FUNCTION start_failure_runs();
