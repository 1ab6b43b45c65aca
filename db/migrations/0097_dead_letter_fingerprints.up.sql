-- What a dead letter is grouped by, written once, with the end of its run: it was worked out anew for every open letter
-- at each look. The step is the one the error names, or the first that failed with it.
CREATE TABLE dead_letters (
  run_id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  fingerprint text NOT NULL,
  step text
);
CREATE INDEX dead_letters_fingerprint ON dead_letters (workspace_id, fingerprint, run_id);

CREATE FUNCTION write_dead_letter(p_run uuid) RETURNS void
LANGUAGE sql
AS $$
  INSERT INTO dead_letters (run_id, workspace_id, fingerprint, step)
  SELECT l.id, l.workspace_id, md5(concat_ws('|', l.code, l.workflow_id, l.version_id, l.step)), l.step FROM (
    SELECT r.id, r.workspace_id, r.workflow_id, r.version_id, r.error ->> 'code' AS code,
      coalesce(r.error #>> '{details,step}', (
        SELECT s.path FROM step_runs s
        WHERE s.run_id = r.id AND s.status = 'failed' AND s.error ->> 'code' = r.error ->> 'code'
        ORDER BY s.finished_at, s.path LIMIT 1)) AS step
    FROM runs r WHERE r.id = p_run
  ) l
  ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION note_dead_letter() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM write_dead_letter(NEW.id);
  RETURN NULL;
END $$;
-- Deferred to the commit: a flush writes its runs before their steps.
CREATE CONSTRAINT TRIGGER runs_note_dead_letter AFTER UPDATE OF status ON runs DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.status = 'failed'
  AND NEW.error ->> 'code' IN ('POISON', 'CRASHED_STEP', 'UNSTORABLE_OUTPUT', 'INVALID_DEFINITION'))
EXECUTE FUNCTION note_dead_letter();

SELECT write_dead_letter(r.id) FROM runs r
WHERE r.status = 'failed' AND r.error ->> 'code' IN ('POISON', 'CRASHED_STEP', 'UNSTORABLE_OUTPUT', 'INVALID_DEFINITION');
