-- The snapshots go, and with them the runs that nothing could show any more.
CREATE TEMPORARY TABLE test_runs ON COMMIT DROP AS
  SELECT r.id FROM runs r JOIN workflow_versions v ON v.id = r.version_id WHERE v.number IS NULL;
DELETE FROM run_responses WHERE run_id IN (SELECT id FROM test_runs);
DELETE FROM payloads WHERE run_id IN (SELECT id FROM test_runs);
DELETE FROM waits WHERE run_id IN (SELECT id FROM test_runs);
DELETE FROM timers WHERE run_id IN (SELECT id FROM test_runs);
DELETE FROM run_inbox WHERE run_id IN (SELECT id FROM test_runs);
DELETE FROM run_events WHERE run_id IN (SELECT id FROM test_runs);
DELETE FROM step_runs WHERE run_id IN (SELECT id FROM test_runs);
DELETE FROM runs WHERE id IN (SELECT id FROM test_runs);

DROP INDEX workflow_versions_snapshot;
DELETE FROM workflow_versions WHERE number IS NULL;
ALTER TABLE workflow_versions ALTER COLUMN number SET NOT NULL;
