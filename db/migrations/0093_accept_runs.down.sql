DROP FUNCTION accept_runs(json);
