-- The truth: definitions, runs, and all that a run needs to go on after any process has died.
-- Times are timestamptz by the database's clock (D8). Every row belongs to a workspace (I9).

CREATE TABLE workspaces (
  id uuid PRIMARY KEY,
  slug text NOT NULL UNIQUE,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE users (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  name text NOT NULL DEFAULT '',
  password_hash text NOT NULL,
  failed_logins integer NOT NULL DEFAULT 0,
  locked_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX users_email ON users (lower(email));

CREATE TABLE memberships (
  workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('viewer', 'editor', 'operator', 'admin')),
  PRIMARY KEY (workspace_id, user_id)
);

CREATE TABLE refresh_tokens (
  id uuid PRIMARY KEY,
  family uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  token_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family);

CREATE TABLE workflows (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  draft jsonb NOT NULL,
  draft_revision integer NOT NULL DEFAULT 1,
  draft_hash text NOT NULL,
  published_version integer,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  archived_at timestamptz
);
CREATE UNIQUE INDEX workflows_name ON workflows (workspace_id, name) WHERE archived_at IS NULL;

CREATE TABLE workflow_versions (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  workflow_id uuid NOT NULL REFERENCES workflows,
  number integer NOT NULL,
  definition jsonb NOT NULL,
  content_hash text NOT NULL,
  message text,
  created_by uuid REFERENCES users,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (workflow_id, number)
);

-- The webhooks of published versions: one workflow a workspace, path and method.
CREATE TABLE webhooks (
  workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  path text NOT NULL,
  method text NOT NULL,
  workflow_id uuid NOT NULL REFERENCES workflows,
  version_id uuid NOT NULL REFERENCES workflow_versions,
  node_id text NOT NULL,
  PRIMARY KEY (workspace_id, path, method)
);
CREATE INDEX webhooks_workflow ON webhooks (workflow_id);

-- The schedules of published versions. next_at is the next tick; a tick's key is (workflow, node, instant) (I6).
CREATE TABLE schedules (
  workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  workflow_id uuid NOT NULL REFERENCES workflows,
  node_id text NOT NULL,
  version_id uuid NOT NULL REFERENCES workflow_versions,
  cron text NOT NULL,
  timezone text NOT NULL,
  next_at timestamptz NOT NULL,
  last_tick_at timestamptz,
  PRIMARY KEY (workflow_id, node_id)
);
CREATE INDEX schedules_due ON schedules (next_at);

-- One lease row a worker process, joined by its runs (D9).
CREATE TABLE workers (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  lease_ms integer NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  renewed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_until timestamptz NOT NULL
);

CREATE TABLE runs (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  workflow_id uuid NOT NULL,
  version_id uuid NOT NULL,
  status text NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled')),
  priority smallint NOT NULL DEFAULT 2,
  trigger text NOT NULL,
  input jsonb NOT NULL,
  idempotency_key text,
  request_hash text,
  parent_run_id uuid,
  origin_run_id uuid,
  -- Ownership (I3, D1, D2): the epoch grows at every claim and fences off the former owner.
  epoch integer NOT NULL DEFAULT 0,
  worker_id uuid,
  claim_token uuid,
  last_seq integer NOT NULL DEFAULT 0,
  crash_count smallint NOT NULL DEFAULT 0,
  -- The doorbell last rung, and when the sweeper may look whether it was heard (D10). An accept rings it right
  -- after this row has committed and does not record the job: only the sweeper's own doorbells have a job_id.
  job_id text,
  enqueued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  enqueue_count integer NOT NULL DEFAULT 1,
  sweep_at timestamptz NOT NULL DEFAULT clock_timestamp() + interval '10 s',
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  error jsonb,
  output jsonb,
  -- A fold may start here instead of at event 1 (D20).
  snapshot jsonb,
  snapshot_seq integer
);
CREATE UNIQUE INDEX runs_idempotency ON runs (workspace_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX runs_by_workspace ON runs (workspace_id, id DESC);
CREATE INDEX runs_by_workflow ON runs (workflow_id, id DESC);
CREATE INDEX runs_unowned ON runs (sweep_at) WHERE worker_id IS NULL AND status IN ('pending', 'running');
CREATE INDEX runs_owned ON runs (worker_id) WHERE worker_id IS NOT NULL;

CREATE TABLE step_runs (
  run_id uuid NOT NULL,
  path text NOT NULL,
  workspace_id uuid NOT NULL,
  node_id text NOT NULL,
  type text NOT NULL,
  status text NOT NULL
    CHECK (status IN ('pending', 'running', 'waiting', 'completed', 'failed', 'skipped', 'cancelled')),
  attempt integer NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  error jsonb,
  wait jsonb,
  PRIMARY KEY (run_id, path)
);

-- seq is dense in a run and its order is the order of durability (I4). The whole event is in `event`.
CREATE TABLE run_events (
  run_id uuid NOT NULL,
  seq integer NOT NULL,
  workspace_id uuid NOT NULL,
  event jsonb NOT NULL,
  PRIMARY KEY (run_id, seq)
);

-- Everyone but the owner of the epoch speaks to a run through here (D3).
CREATE TABLE run_inbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace_id uuid NOT NULL,
  run_id uuid NOT NULL,
  message jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX run_inbox_run ON run_inbox (run_id);
CREATE INDEX run_inbox_age ON run_inbox (created_at);

CREATE TABLE timers (
  run_id uuid NOT NULL,
  path text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('retry', 'delay', 'run_timeout')),
  workspace_id uuid NOT NULL,
  attempt integer NOT NULL,
  due_at timestamptz NOT NULL,
  PRIMARY KEY (run_id, path, kind)
);
CREATE INDEX timers_due ON timers (due_at);

-- A wait ends once: whoever sets resolved_by first (D14).
CREATE TABLE waits (
  run_id uuid NOT NULL,
  path text NOT NULL,
  attempt integer NOT NULL,
  workspace_id uuid NOT NULL,
  kind text NOT NULL,
  name text,
  key text,
  token_hash bytea,
  deadline timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  resolved_at timestamptz,
  resolved_by text,
  resolution jsonb,
  PRIMARY KEY (run_id, path, attempt)
);

-- Outputs too large for an event (D21).
CREATE TABLE payloads (
  run_id uuid NOT NULL,
  key text NOT NULL,
  workspace_id uuid NOT NULL,
  body text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, key)
);

-- The answer for the caller of a webhook: durable before it is sent, the first wins.
CREATE TABLE run_responses (
  run_id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  status integer NOT NULL,
  headers jsonb NOT NULL,
  body jsonb,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- AES-256-GCM under a data key of its own, which the master key `key_id` wraps. Values are write-only.
CREATE TABLE credentials (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  name text NOT NULL,
  type text NOT NULL,
  key_id text NOT NULL,
  wrapped_key bytea NOT NULL,
  ciphertext bytea NOT NULL,
  created_by uuid REFERENCES users,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (workspace_id, name)
);
