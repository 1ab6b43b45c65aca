-- millrace: no transaction
-- Indexes of the run list. A run is updated at its claim and at its end, and each update writes every index whose
-- condition the row meets. So these are over runs that have ended, which are written once, and one is over those that
-- have not. They take the place of two that were over all runs. All of them rise with time and are read backwards: one that
-- falls splits its pages in halves that stay half empty.

-- The place of the highest bit of a run's duration in milliseconds: 0 for up to 1 ms, 31 for 24 days and more.
CREATE OR REPLACE FUNCTION run_duration_class(p_started timestamptz, p_finished timestamptz) RETURNS smallint
LANGUAGE sql IMMUTABLE
AS $$
  SELECT (32 - position(B'1' IN
    greatest(1, least(2147483648, floor(extract(epoch FROM p_finished - p_started) * 1000)))::bigint::bit(32)))::smallint
$$;

DROP INDEX CONCURRENTLY IF EXISTS runs_ended;
CREATE INDEX CONCURRENTLY runs_ended ON runs (workspace_id, status, created_at)
  WHERE status IN ('completed', 'failed', 'cancelled');
DROP INDEX CONCURRENTLY IF EXISTS runs_ended_of_workflow;
CREATE INDEX CONCURRENTLY runs_ended_of_workflow ON runs (workflow_id, status, created_at)
  WHERE status IN ('completed', 'failed', 'cancelled');
DROP INDEX CONCURRENTLY IF EXISTS runs_ended_by_trigger;
CREATE INDEX CONCURRENTLY runs_ended_by_trigger ON runs (workflow_id, trigger, created_at)
  WHERE status IN ('completed', 'failed', 'cancelled');
DROP INDEX CONCURRENTLY IF EXISTS runs_ended_of_version;
CREATE INDEX CONCURRENTLY runs_ended_of_version ON runs (version_id, created_at)
  WHERE status IN ('completed', 'failed', 'cancelled');
DROP INDEX CONCURRENTLY IF EXISTS runs_ended_by_duration;
CREATE INDEX CONCURRENTLY runs_ended_by_duration
  ON runs (workspace_id, run_duration_class(started_at, finished_at), created_at)
  WHERE status IN ('completed', 'failed', 'cancelled');
DROP INDEX CONCURRENTLY IF EXISTS runs_live;
CREATE INDEX CONCURRENTLY runs_live ON runs (workspace_id, status, created_at) INCLUDE (workflow_id)
  WHERE status IN ('pending', 'running', 'waiting', 'paused');
-- Few runs have one of these; the rest cost them nothing.
DROP INDEX CONCURRENTLY IF EXISTS runs_with_error;
CREATE INDEX CONCURRENTLY runs_with_error ON runs (workspace_id, left(error ->> 'code', 128), created_at)
  WHERE error IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS runs_with_error_of_workflow;
CREATE INDEX CONCURRENTLY runs_with_error_of_workflow ON runs (workflow_id, left(error ->> 'code', 128), created_at)
  WHERE error IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS runs_seeded;
CREATE INDEX CONCURRENTLY runs_seeded ON runs (workspace_id, created_at) WHERE seed IS NOT NULL;

-- Parts of error texts need an extension. Who may not make it searches by going through the runs with an error.
-- optional
CREATE EXTENSION IF NOT EXISTS pg_trgm;
DROP INDEX CONCURRENTLY IF EXISTS runs_error_text;
-- optional
CREATE INDEX CONCURRENTLY runs_error_text ON runs
  USING gin (lower(coalesce(error ->> 'code', '') || ' ' || coalesce(error ->> 'message', '')) gin_trgm_ops)
  WHERE error IS NOT NULL;

DROP INDEX CONCURRENTLY IF EXISTS runs_by_workspace;
DROP INDEX CONCURRENTLY IF EXISTS runs_by_workflow;
