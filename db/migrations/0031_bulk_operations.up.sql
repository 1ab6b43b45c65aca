-- One action on many runs. A preview writes the operation and its members; confirming it starts just those.
CREATE TABLE bulk_operations (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  action text NOT NULL CHECK (action IN ('cancel', 'pause', 'resume', 'retry')),
  options jsonb NOT NULL,
  status text NOT NULL DEFAULT 'proposed' CHECK (status IN ('proposed', 'running', 'completed', 'aborted')),
  total integer NOT NULL DEFAULT 0,
  done integer NOT NULL DEFAULT 0,
  skipped integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  -- The first failures, for people.
  errors jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz
);
CREATE INDEX bulk_operations_open ON bulk_operations (created_at) WHERE status IN ('proposed', 'running');
CREATE INDEX bulk_operations_workspace ON bulk_operations (workspace_id, id DESC);

-- The runs still to be acted on; each leaves with the progress it made.
CREATE TABLE bulk_members (
  bulk_id uuid NOT NULL REFERENCES bulk_operations ON DELETE CASCADE,
  run_id uuid NOT NULL,
  PRIMARY KEY (bulk_id, run_id)
);
