-- Writes the flush of many runs, each whole or not at all (D1). The units come read: json is read from its beginning by
-- whoever looks into it, so an event's number is not looked for in it: its place among the events of its unit tells (I4).
-- Returns the ids written; the caller finds out why the others were not (D6).
CREATE OR REPLACE FUNCTION flush_units(p_units flush_unit[]) RETURNS SETOF uuid
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
  FROM unnest(p_units) AS u;

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
    FROM unnest(p_units) AS u
    WHERE runs.id = u.id AND runs.epoch = u.epoch AND runs.last_seq = u.expected
    RETURNING runs.id
  )
  SELECT array_agg(updated.id) INTO written FROM updated;

  IF written IS NULL THEN
    RETURN;
  END IF;

  INSERT INTO run_events (run_id, seq, workspace_id, event)
  SELECT u.id, u.expected + e.place, u.workspace, e.event
  FROM unnest(p_units) AS u,
    json_array_elements(u.events) WITH ORDINALITY AS e (event, place)
  WHERE u.id = ANY (written);

  INSERT INTO step_runs
    (run_id, path, workspace_id, node_id, type, status, attempt, started_at, finished_at, error, wait)
  SELECT u.id, s.path, u.workspace, s."nodeId", s.type, s.status, s.attempt,
    to_timestamp(s."startedAt" / 1000), to_timestamp(s."finishedAt" / 1000), s.error, s.wait
  FROM unnest(p_units) AS u,
    json_to_recordset(u.steps) AS s (path text, "nodeId" text, type text, status text, attempt integer,
      "startedAt" float8, "finishedAt" float8, error json, wait jsonb)
  WHERE u.id = ANY (written)
  ON CONFLICT (run_id, path) DO UPDATE SET
    status = excluded.status, attempt = excluded.attempt, started_at = excluded.started_at,
    finished_at = excluded.finished_at, error = excluded.error, wait = excluded.wait;

  IF has_timers THEN
    DELETE FROM timers WHERE run_id IN (
      SELECT u.id FROM unnest(p_units) AS u
      WHERE u.timers IS NOT NULL AND u.id = ANY (written));
    INSERT INTO timers (run_id, path, kind, workspace_id, attempt, due_at)
    SELECT u.id, t.path, t.kind, u.workspace, t.attempt, to_timestamp(t."dueAt" / 1000)
    FROM unnest(p_units) AS u,
      json_to_recordset(u.timers) AS t (path text, kind text, attempt integer, "dueAt" float8)
    WHERE u.id = ANY (written);
  END IF;

  -- D3: a message is consumed in the flush of the events it caused.
  IF has_inbox THEN
    DELETE FROM run_inbox WHERE id IN (
      SELECT i.id::bigint
      FROM unnest(p_units) AS u, json_array_elements_text(u.inbox) AS i (id)
      WHERE u.id = ANY (written));
  END IF;

  IF has_payloads THEN
    INSERT INTO payloads (run_id, key, workspace_id, body)
    SELECT u.id, p.key, u.workspace, p.body
    FROM unnest(p_units) AS u,
      json_to_recordset(u.payloads) AS p (key text, body text)
    WHERE u.id = ANY (written)
    ON CONFLICT DO NOTHING;
  END IF;

  -- The first answer wins.
  IF has_responses THEN
    INSERT INTO run_responses (run_id, workspace_id, status, headers, body)
    SELECT u.id, u.workspace, r.status, r.headers, r.body
    FROM unnest(p_units) AS u,
      json_to_record(u.response) AS r (status integer, headers json, body json)
    WHERE u.id = ANY (written) AND u.response IS NOT NULL
    ON CONFLICT DO NOTHING;
  END IF;

  RETURN QUERY SELECT unnest(written);
END $$;
