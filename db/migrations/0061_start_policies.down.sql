DROP TRIGGER runs_start_failure_runs ON runs;
CREATE CONSTRAINT TRIGGER runs_start_failure_runs AFTER UPDATE OF status ON runs DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.status IN ('failed', 'cancelled') AND OLD.status <> NEW.status)
EXECUTE FUNCTION start_failure_runs();
-- Those that waited for their time are the sweeper's.
UPDATE runs SET sweep_at = clock_timestamp() FROM held_starts h WHERE runs.id = h.run_id AND runs.status = 'pending';
DROP FUNCTION reserve_start(uuid, uuid, uuid, text, integer, float8);
DROP FUNCTION rate_start(uuid, integer, text, integer, float8, boolean);
DROP FUNCTION next_start(uuid, text, integer, float8);
DROP FUNCTION debounce_start(uuid, integer, text, float8, float8);
DROP FUNCTION hold_start(uuid, timestamptz);
DROP FUNCTION start_lock(text, uuid, text);
DROP TABLE held_starts;
DROP TABLE rated_starts;
DROP TABLE debounced_starts;
