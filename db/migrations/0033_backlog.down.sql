DROP INDEX runs_backlog;
ALTER TABLE runs DROP COLUMN backlog;
