UPDATE runs SET snapshot = NULL, snapshot_seq = NULL WHERE snapshot IS NOT NULL;
DROP FUNCTION flush_runs_with_snapshots(jsonb, uuid[]);
