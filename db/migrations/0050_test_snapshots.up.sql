-- A version without a number is the snapshot of a draft that test runs run: it was never published, and the history
-- of versions does not show it. Drafts that run the same share one.
ALTER TABLE workflow_versions ALTER COLUMN number DROP NOT NULL;
CREATE UNIQUE INDEX workflow_versions_snapshot ON workflow_versions (workflow_id, content_hash) WHERE number IS NULL;
