-- A dead letter is a failed run whose error is the engine's own (packages/contracts/src/http/dead-letters.ts has the
-- codes): that follows from the run. What somebody decided about it does not, and stands here.
CREATE TABLE dead_letter_decisions (
  run_id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  decision text NOT NULL CHECK (decision IN ('discarded', 'redriven')),
  decided_by text NOT NULL,
  reason text,
  -- The run that took its place.
  new_run_id uuid,
  decided_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Few runs end like this; the rest cost this index nothing.
CREATE INDEX runs_dead ON runs (workspace_id, id DESC) WHERE status = 'failed'
  AND error ->> 'code' IN ('POISON', 'CRASHED_STEP', 'UNSTORABLE_OUTPUT', 'INVALID_DEFINITION');
