import type { Json } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import type { StoredSnapshot } from '../types.js'

/** No run of fewer events has a snapshot: reading them all is as cheap. */
export const SNAPSHOT_FROM = 1_000

/** By run; those without one are left out. */
export const readSnapshots = async (
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, StoredSnapshot>> => {
  if (ids.length === 0) return new Map()
  const rows = await sql<{ id: string; seq: number; state: Json; responded: boolean }[]>`
    SELECT id, snapshot_seq AS seq, snapshot AS state,
      EXISTS (SELECT FROM run_responses a WHERE a.run_id = runs.id) AS responded
    FROM runs WHERE id = ANY (${ids}::uuid[]) AND snapshot IS NOT NULL`
  return new Map(rows.map(({ id, ...snapshot }) => [id, snapshot]))
}
