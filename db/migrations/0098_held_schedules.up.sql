-- Until when a scheduler has a due schedule to itself, so that it accepts the tick's run without a transaction around it.
-- Set and over: its tick has been tried and is still due.
ALTER TABLE schedules ADD COLUMN held_until timestamptz;
