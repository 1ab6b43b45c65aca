CREATE INDEX runs_by_workspace ON runs (workspace_id, id DESC);
CREATE INDEX runs_by_workflow ON runs (workflow_id, id DESC);
DROP INDEX IF EXISTS runs_error_text;
DROP INDEX runs_ended, runs_ended_of_workflow, runs_ended_by_trigger, runs_ended_of_version, runs_ended_by_duration,
  runs_live, runs_with_error, runs_with_error_of_workflow, runs_seeded;
DROP EXTENSION IF EXISTS pg_trgm;
DROP FUNCTION run_duration_class(timestamptz, timestamptz);
