import type { Sql } from '@millrace/db'
import type { ClaimedRun } from './types.js'

/** Places of runs whose workflow limits them (D18). The rules are in the database's functions of the same names. */

export interface SlotRequest {
  readonly key: string
  /** Of the run's own version, should none be published. */
  readonly limit: number
  readonly whenFull: 'queue' | 'reject' | 'cancel-oldest'
}

export type SlotAnswer =
  | { readonly kind: 'held' }
  /** The run has been given back: it is rung for once it is admitted. `superseded` was asked to make room. */
  | { readonly kind: 'blocked'; readonly superseded: string | null }
  | { readonly kind: 'rejected' }
  /** Another owner has the run (I3). */
  | { readonly kind: 'fenced' }

/** A place for a run just claimed. Asking again changes nothing. */
export const takeSlot = async (
  sql: Sql,
  run: Pick<ClaimedRun, 'id' | 'epoch'>,
  { key, limit, whenFull }: SlotRequest,
): Promise<SlotAnswer> => {
  const [row] = await sql<[{ outcome: SlotAnswer['kind']; superseded: string | null }]>`
    SELECT * FROM take_slot(${run.id}, ${run.epoch}, ${key}, ${limit}, ${whenFull})`
  return row.outcome === 'blocked' ? { kind: 'blocked', superseded: row.superseded } : { kind: row.outcome }
}

/** Keeps a place for a run that is about to be accepted; false when there is none. */
export const reserveSlot = async (
  sql: Sql,
  run: { readonly id: string; readonly workspaceId: string; readonly workflowId: string },
  { key, limit }: Pick<SlotRequest, 'key' | 'limit'>,
): Promise<boolean> => {
  const [row] = await sql<[{ reserved: boolean }]>`
    SELECT reserve_slot(${run.id}, ${run.workspaceId}, ${run.workflowId}, ${key}, ${limit}) AS reserved`
  return row.reserved
}

/** Gives up the place and the start of a run that was not accepted after all. */
export const dropReservation = async (sql: Sql, runId: string): Promise<void> => {
  await sql`
    WITH place AS (
      DELETE FROM concurrency_slots s
      WHERE run_id = ${runId} AND NOT EXISTS (SELECT FROM runs WHERE id = ${runId})
    )
    DELETE FROM rated_starts s WHERE run_id = ${runId} AND NOT EXISTS (SELECT FROM runs WHERE id = ${runId})`
}

/** Runs of a workflow that have been given a place and not been heard of since: ring for them. */
export const admittedRuns = async (sql: Sql, workflowId: string): Promise<string[]> => {
  const rows = await sql<{ run_id: string }[]>`
    SELECT run_id FROM concurrency_slots WHERE workflow_id = ${workflowId} AND state = 'admitted' LIMIT 200`
  return rows.map((row) => row.run_id)
}

/** Frees the places of runs that are gone. */
export const cleanSlots = async (sql: Sql): Promise<void> => {
  await sql`SELECT clean_slots()`
}
