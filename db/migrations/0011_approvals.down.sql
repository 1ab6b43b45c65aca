DROP INDEX waits_approvals;
ALTER TABLE runs DROP COLUMN started_by;
