import type { Sql } from '@millrace/db'

/** Seconds that a run which was accepted for a worker may take to reach it. */
const ON_ITS_WAY = 1

/**
 * Runs that were accepted for this worker and have not begun: most of them are on their way or in its hands. One that it
 * does not know was lost between the commit and the hand-over; take it with `takeFrom`, from itself, so that a late
 * hand-over is of an older epoch (I3).
 */
export const strayRuns = async (sql: Sql, workerId: string): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    SELECT id FROM runs
    WHERE worker_id = ${workerId} AND claim_token = id AND last_seq = 0
      AND created_at < clock_timestamp() - ${ON_ITS_WAY} * interval '1 s'`
  return rows.map(({ id }) => id)
}
