import type { Sql } from '@millrace/db'

/**
 * What the oracle knows from its own observation, written by the database beside the product's own tables: which
 * flush of which epoch met which epoch, and when each run was claimed. Nothing of the product reads it.
 */
export async function installLedger(sql: Sql): Promise<void> {
  await sql.unsafe(`
    CREATE TABLE chaos_stale_flushes (run_id uuid, epoch integer, current integer, accepted boolean);
    ALTER FUNCTION flush_units(flush_unit[]) RENAME TO flush_units_itself;
    CREATE FUNCTION flush_units(p_units flush_unit[]) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
    DECLARE written uuid[];
    BEGIN
      SELECT array_agg(id) INTO written FROM flush_units_itself(p_units) AS id;
      -- The rows are locked by the flush: the epoch read here is the one it met.
      INSERT INTO chaos_stale_flushes
      SELECT u.id, u.epoch, r.epoch, u.id = ANY (written)
      FROM unnest(p_units) AS u JOIN runs r ON r.id = u.id
      WHERE u.epoch <> r.epoch;
      RETURN QUERY SELECT unnest(written);
    END $$;

    CREATE TABLE chaos_claims (run_id uuid, epoch integer, worker_id uuid, at timestamptz);
    CREATE FUNCTION chaos_note_claim() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO chaos_claims VALUES (new.id, new.epoch, new.worker_id, clock_timestamp());
      RETURN NULL;
    END $$;
    CREATE TRIGGER chaos_claims AFTER UPDATE OF epoch ON runs FOR EACH ROW
      WHEN (old.epoch <> new.epoch) EXECUTE FUNCTION chaos_note_claim();
    CREATE TRIGGER chaos_born_claimed AFTER INSERT ON runs FOR EACH ROW
      WHEN (new.epoch > 0) EXECUTE FUNCTION chaos_note_claim();
    CREATE INDEX ON chaos_claims (run_id);
    CREATE INDEX ON chaos_claims (worker_id, at)`)
}
