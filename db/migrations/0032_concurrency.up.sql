-- Concurrency limits per workflow and key (D18). A key's row is the lock: who changes its slots holds it. Locks are
-- taken key first, then run.
CREATE TABLE concurrency_keys (
  workflow_id uuid NOT NULL,
  key text NOT NULL,
  workspace_id uuid NOT NULL,
  -- The limit that the version of the last run to ask has, for want of a published one.
  own_limit integer NOT NULL,
  PRIMARY KEY (workflow_id, key)
);

-- A run and its key, fixed at the first claim. `blocked` waits for its turn; `admitted` has it and needs a doorbell.
CREATE TABLE concurrency_slots (
  run_id uuid PRIMARY KEY,
  workflow_id uuid NOT NULL,
  key text NOT NULL,
  workspace_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('held', 'admitted', 'blocked')),
  -- Asked to make room for a newer run.
  superseded boolean NOT NULL DEFAULT false,
  position bigint GENERATED ALWAYS AS IDENTITY,
  since timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX concurrency_slots_key ON concurrency_slots (workflow_id, key, position);
CREATE INDEX concurrency_slots_admitted ON concurrency_slots (since) WHERE state = 'admitted';

-- True once the run has a slot or waits for one: its end then has something to release.
ALTER TABLE runs ADD COLUMN limited boolean NOT NULL DEFAULT false;

-- The published version says how many, across versions.
CREATE FUNCTION concurrency_limit(p_workflow uuid, p_key text) RETURNS integer
LANGUAGE sql STABLE
AS $$
  SELECT coalesce((
    SELECT coalesce((v.definition #>> '{settings,concurrency,limit}')::integer, 2147483647)
    FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id AND v.number = w.published_version
    WHERE w.id = p_workflow),
    (SELECT own_limit FROM concurrency_keys WHERE workflow_id = p_workflow AND key = p_key))
$$;

-- Gives free places to those that have waited longest. The caller holds the key.
CREATE FUNCTION admit_runs(p_workflow uuid, p_key text) RETURNS void
LANGUAGE sql
AS $$
  UPDATE concurrency_slots SET state = 'admitted', since = clock_timestamp()
  WHERE run_id IN (
    SELECT run_id FROM concurrency_slots
    WHERE workflow_id = p_workflow AND key = p_key AND state = 'blocked'
    ORDER BY position
    LIMIT greatest(0, concurrency_limit(p_workflow, p_key) - (
      SELECT count(*) FROM concurrency_slots
      WHERE workflow_id = p_workflow AND key = p_key AND state <> 'blocked')))
$$;

-- A place for a run that has just been claimed under p_epoch: `held`, or
-- `blocked`: it has been given back and waits, `rejected`: there is none, `fenced`: another owner has it.
-- p_when_full is queue, reject or cancel-oldest; `superseded` is the run that was asked to make room.
CREATE FUNCTION take_slot(p_run uuid, p_epoch integer, p_key text, p_limit integer, p_when_full text)
RETURNS TABLE (outcome text, superseded uuid)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
  run record;
  slot record;
  oldest uuid;
  places integer;
BEGIN
  SELECT r.workflow_id, r.workspace_id, coalesce(s.key, p_key) AS key INTO run
  FROM runs r LEFT JOIN concurrency_slots s ON s.run_id = r.id WHERE r.id = p_run AND r.epoch = p_epoch;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'fenced', NULL::uuid; RETURN;
  END IF;
  INSERT INTO concurrency_keys (workflow_id, key, workspace_id, own_limit)
  VALUES (run.workflow_id, run.key, run.workspace_id, p_limit)
  ON CONFLICT (workflow_id, key) DO UPDATE SET own_limit = excluded.own_limit;
  PERFORM 1 FROM runs WHERE id = p_run AND epoch = p_epoch FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'fenced', NULL::uuid; RETURN;
  END IF;

  -- Those before it come first, should the limit have been raised.
  PERFORM admit_runs(run.workflow_id, run.key);
  SELECT state INTO slot FROM concurrency_slots WHERE run_id = p_run;
  IF slot.state IS NULL THEN
    IF shares_slot(p_run, run.workflow_id, run.key) THEN
      RETURN QUERY SELECT 'held', NULL::uuid; RETURN;
    END IF;
    places := concurrency_limit(run.workflow_id, run.key);
    IF (SELECT count(*) FROM concurrency_slots s
        WHERE s.workflow_id = run.workflow_id AND s.key = run.key AND s.state <> 'blocked') < places THEN
      slot.state := 'held';
    ELSIF p_when_full = 'reject' THEN
      RETURN QUERY SELECT 'rejected', NULL::uuid; RETURN;
    ELSE
      slot.state := 'blocked';
    END IF;
    IF slot.state = 'blocked' AND p_when_full = 'cancel-oldest' THEN
      oldest := supersede_oldest(run.workspace_id, run.workflow_id, run.key, places, p_run);
    END IF;
    INSERT INTO concurrency_slots (run_id, workflow_id, key, workspace_id, state)
    VALUES (p_run, run.workflow_id, run.key, run.workspace_id, slot.state);
  END IF;

  IF slot.state = 'blocked' THEN
    -- Nobody rings for it until it is admitted.
    UPDATE runs SET limited = true, worker_id = NULL, status = 'pending', sweep_at = 'infinity' WHERE id = p_run;
    RETURN QUERY SELECT 'blocked', oldest; RETURN;
  END IF;
  UPDATE concurrency_slots SET state = 'held' WHERE run_id = p_run AND state = 'admitted';
  UPDATE runs SET limited = true WHERE id = p_run AND NOT limited;
  RETURN QUERY SELECT 'held', NULL::uuid;
END $$;

-- A child shares the place of an ancestor with its key: waiting for it would be waiting for itself.
CREATE FUNCTION shares_slot(p_run uuid, p_workflow uuid, p_key text) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  WITH RECURSIVE ancestors AS (
    SELECT parent_run_id AS id FROM runs WHERE id = p_run
    UNION
    SELECT r.parent_run_id FROM runs r JOIN ancestors a ON r.id = a.id
  )
  SELECT EXISTS (
    SELECT FROM concurrency_slots s JOIN ancestors a ON a.id = s.run_id
    WHERE s.workflow_id = p_workflow AND s.key = p_key AND s.state <> 'blocked')
$$;

-- Asks the oldest run of a key to end, unless enough have been asked. Only its owner acts on that (D3).
CREATE FUNCTION supersede_oldest(p_workspace uuid, p_workflow uuid, p_key text, p_places integer, p_newer uuid)
RETURNS uuid
LANGUAGE plpgsql
AS $$
DECLARE
  oldest uuid;
BEGIN
  IF (SELECT count(*) FROM concurrency_slots
      WHERE workflow_id = p_workflow AND key = p_key AND NOT superseded) < p_places THEN
    RETURN NULL;
  END IF;
  UPDATE concurrency_slots SET superseded = true WHERE run_id = (
    SELECT run_id FROM concurrency_slots WHERE workflow_id = p_workflow AND key = p_key AND NOT superseded
    ORDER BY position LIMIT 1)
  RETURNING run_id INTO oldest;
  INSERT INTO run_inbox (workspace_id, run_id, message)
  VALUES (p_workspace, oldest,
    jsonb_build_object('kind', 'cancel', 'reason', 'superseded by run ' || p_newer));
  RETURN oldest;
END $$;

-- The end of a run frees its place in the same transaction.
CREATE FUNCTION release_slot() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
  slot concurrency_slots;
BEGIN
  DELETE FROM concurrency_slots WHERE run_id = NEW.id RETURNING * INTO slot;
  IF slot.state <> 'blocked' THEN
    PERFORM 1 FROM concurrency_keys WHERE workflow_id = slot.workflow_id AND key = slot.key FOR UPDATE;
    PERFORM admit_runs(slot.workflow_id, slot.key);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER runs_release_slot AFTER UPDATE OF status ON runs FOR EACH ROW
WHEN (NEW.limited AND NEW.status IN ('completed', 'failed', 'cancelled'))
EXECUTE FUNCTION release_slot();

-- A flush that ends limited runs: their keys are locked in order before anything else, so that two such flushes
-- never wait for each other.
CREATE FUNCTION flush_limited_runs(p_units jsonb, p_ended uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM 1 FROM concurrency_keys k
  WHERE (k.workflow_id, k.key) IN (SELECT s.workflow_id, s.key FROM concurrency_slots s WHERE s.run_id = ANY (p_ended))
  ORDER BY k.workflow_id, k.key FOR UPDATE;
  RETURN QUERY SELECT flush_runs(p_units);
END $$;

-- Frees places whose run is gone or has ended without releasing them, and forgets keys that nobody uses.
CREATE FUNCTION clean_slots() RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  stale record;
BEGIN
  FOR stale IN
    SELECT s.run_id, s.workflow_id, s.key FROM concurrency_slots s LEFT JOIN runs r ON r.id = s.run_id
    WHERE s.since < clock_timestamp() - interval '1 min'
      AND (r.id IS NULL OR r.status IN ('completed', 'failed', 'cancelled'))
    ORDER BY s.workflow_id, s.key
  LOOP
    PERFORM 1 FROM concurrency_keys WHERE workflow_id = stale.workflow_id AND key = stale.key FOR UPDATE;
    DELETE FROM concurrency_slots WHERE run_id = stale.run_id;
    PERFORM admit_runs(stale.workflow_id, stale.key);
  END LOOP;
  FOR stale IN
    SELECT k.workflow_id, k.key FROM concurrency_keys k
    WHERE NOT EXISTS (SELECT FROM concurrency_slots s WHERE s.workflow_id = k.workflow_id AND s.key = k.key)
    FOR UPDATE SKIP LOCKED
  LOOP
    -- A statement of its own: it sees what was committed before the lock was ours.
    DELETE FROM concurrency_keys k
    WHERE k.workflow_id = stale.workflow_id AND k.key = stale.key
      AND NOT EXISTS (SELECT FROM concurrency_slots s WHERE s.workflow_id = k.workflow_id AND s.key = k.key);
  END LOOP;
END $$;

-- A place reserved before its run is accepted, for those who are refused when there is none.
CREATE FUNCTION reserve_slot(p_run uuid, p_workspace uuid, p_workflow uuid, p_key text, p_limit integer)
RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
  INSERT INTO concurrency_keys (workflow_id, key, workspace_id, own_limit)
  VALUES (p_workflow, p_key, p_workspace, p_limit)
  ON CONFLICT (workflow_id, key) DO UPDATE SET own_limit = excluded.own_limit;
  IF (SELECT count(*) FROM concurrency_slots WHERE workflow_id = p_workflow AND key = p_key)
      >= concurrency_limit(p_workflow, p_key) THEN
    RETURN false;
  END IF;
  INSERT INTO concurrency_slots (run_id, workflow_id, key, workspace_id, state)
  VALUES (p_run, p_workflow, p_key, p_workspace, 'admitted');
  RETURN true;
END $$;
