DROP TRIGGER runs_note_dead_letter ON runs;
DROP FUNCTION note_dead_letter();
DROP FUNCTION write_dead_letter(uuid);
DROP TABLE dead_letters;
