-- D20: long runs keep a snapshot of their state, so that who takes one over need not read all of its events. Written in
-- the flush whose last event it stands at, for those runs only that the flush has written (D1, I3); forgotten when the
-- run ends. Apart from flush_runs: few flushes carry one, and the others are not to pay for it.
CREATE FUNCTION flush_runs_with_snapshots(p_units jsonb, p_freeing uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql
AS $$
DECLARE
  written uuid[];
BEGIN
  written := ARRAY(SELECT flush_runs_with_waits(p_units, p_freeing));

  UPDATE runs SET snapshot = u.snapshot, snapshot_seq = CASE WHEN u.snapshot IS NOT NULL THEN u.seq END
  FROM jsonb_to_recordset(p_units) AS u (id uuid, seq integer, "newSnapshot" boolean, snapshot jsonb)
  WHERE runs.id = u.id AND u."newSnapshot" AND u.id = ANY (written);

  RETURN QUERY SELECT unnest(written);
END $$;
