-- A run that no job stands for: its workspace has enough in the queue, and it is admitted when its turn comes (D19).
ALTER TABLE runs ADD COLUMN backlog boolean NOT NULL DEFAULT false;
CREATE INDEX runs_backlog ON runs (workspace_id, priority, id) WHERE backlog;
