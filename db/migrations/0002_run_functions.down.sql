DROP FUNCTION claim_runs(uuid[], uuid, uuid);
DROP FUNCTION has_lapsed(timestamptz, integer);
DROP FUNCTION flush_runs(jsonb);
