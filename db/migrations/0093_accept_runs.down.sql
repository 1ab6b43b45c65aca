DROP FUNCTION accept_runs(jsonb);
