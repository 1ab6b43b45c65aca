import type { Sql } from '@millrace/db'
import { percentiles } from '../latency.js'
import type { Interruption } from './fault.js'

/** Milliseconds from each interruption to the next claim of each run it hit. A run cancelled or ended has none. */
export async function takeOverTimes(sql: Sql, interruptions: readonly Interruption[]): Promise<number[]> {
  const wanted = interruptions.flatMap(({ at, runs }) => runs.map(({ id, epoch }) => ({ id, epoch, at })))
  const rows = await sql<{ ms: number }[]>`
    SELECT (extract(epoch FROM min(c.at)) * 1000 - i.at)::float8 AS ms
    FROM jsonb_to_recordset(${JSON.stringify(wanted)}::text::jsonb) AS i (id uuid, epoch integer, at float8)
    JOIN chaos_claims c ON c.run_id = i.id AND c.epoch > i.epoch
    GROUP BY i.id, i.epoch, i.at`
  return rows.map(({ ms }) => ms)
}

export const p99 = (times: readonly number[]): number | null =>
  times.length === 0 ? null : Math.round(percentiles(times).p99Ms)
