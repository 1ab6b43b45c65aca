DROP TRIGGER runs_end_waits ON runs;
DROP FUNCTION end_waits();
DROP FUNCTION resume_wait(uuid, text, jsonb);
DROP FUNCTION publish_event(uuid, text, text, text, jsonb);
DROP FUNCTION flush_runs_with_waits(jsonb, uuid[]);
DROP FUNCTION meet_earlier(uuid, text, integer, text);
DROP FUNCTION wait_message(text, integer, jsonb);
DROP FUNCTION event_result(events);
DROP FUNCTION event_lock(uuid, text, text);
DROP TABLE events;
ALTER TABLE runs DROP COLUMN has_waits;
DROP INDEX waits_id;
DROP INDEX waits_open;
DROP INDEX waits_due;
ALTER TABLE waits
  DROP COLUMN id, DROP COLUMN on_timeout, DROP COLUMN details, DROP COLUMN lease_token, DROP COLUMN lease_until,
  ADD COLUMN token_hash bytea;
