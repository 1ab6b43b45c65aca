-- Who started a run by hand: they may not always approve what they have started. A linked run was started by whoever
-- started its origin, unless somebody else did.
ALTER TABLE runs ADD COLUMN started_by uuid;
CREATE INDEX waits_approvals ON waits (workspace_id, id) WHERE kind = 'approval' AND resolved_by IS NULL;
