ALTER TABLE schedules DROP COLUMN held_until;
