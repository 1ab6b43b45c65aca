DROP INDEX runs_dead;
DROP TABLE dead_letter_decisions;
