import type { Sql } from '@millrace/db'
import type { ClaimedRun, NewRun } from './types.js'

/**
 * When runs may begin whose workflow debounces them or limits their rate. The rules are in the database's functions of
 * the same names. A run that is held has been given back: `dueStarts` lets it go when its time has come.
 */

type Asking = Pick<ClaimedRun, 'id' | 'epoch'>

export interface DebounceRequest {
  readonly key: string
  readonly waitMs: number
  /** From the first start that collapses; undefined: each further one puts it off again. */
  readonly maxWaitMs: number | undefined
}

export type DebounceAnswer =
  /** `held`: given back. `collapsed`: the run that it has taken over from: ring for it, it is at its end. */
  | { readonly kind: 'due' | 'held'; readonly collapsed: string | null }
  /** `by` was accepted later, within the wait. */
  | { readonly kind: 'superseded'; readonly by: string }
  /** Another owner has the run (I3). */
  | { readonly kind: 'fenced' }

export interface RateRequest {
  readonly key: string
  readonly runs: number
  readonly perMs: number
}

export type RateAnswer = { readonly kind: 'due' | 'held' | 'rejected' | 'fenced' }

/** For a run just claimed that has not begun. Asking again changes nothing. */
export const debounceStart = async (
  sql: Sql,
  { id, epoch }: Asking,
  { key, waitMs, maxWaitMs }: DebounceRequest,
): Promise<DebounceAnswer> => {
  const [row] = await sql<[{ outcome: DebounceAnswer['kind']; other: string | null }]>`
    SELECT * FROM debounce_start(${id}, ${epoch}, ${key}, ${waitMs}, ${maxWaitMs ?? null})`
  const { outcome: kind, other } = row
  if (kind === 'fenced') return { kind }
  return kind === 'superseded' ? { kind, by: other ?? '' } : { kind, collapsed: other }
}

/** For a run just claimed that has not begun. Asking again changes nothing. */
export const rateStart = async (
  sql: Sql,
  { id, epoch }: Asking,
  { key, runs, perMs, whenFull }: RateRequest & { readonly whenFull: 'delay' | 'reject' },
): Promise<RateAnswer> => {
  const [row] = await sql<[RateAnswer]>`
    SELECT rate_start(${id}, ${epoch}, ${key}, ${runs}, ${perMs}, ${whenFull === 'reject'}) AS kind`
  return row
}

/** Keeps a start for a run that is about to be accepted: 0, or how long it would have to wait for one, milliseconds. */
export const reserveStart = async (
  sql: Sql,
  run: Pick<NewRun, 'id' | 'workspaceId' | 'workflowId'>,
  { key, runs, perMs }: RateRequest,
): Promise<number> => {
  const [row] = await sql<[{ wait: number }]>`
    SELECT reserve_start(${run.id}, ${run.workspaceId}, ${run.workflowId}, ${key}, ${runs}, ${perMs}) AS wait`
  return row.wait
}

/**
 * Lets go of runs whose time to begin has come; ring for them. Any number of schedulers may call it: each run is one
 * caller's, and one whose doorbell is lost is the sweeper's in 10 s (I1).
 */
export const dueStarts = async (sql: Sql, limit: number): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    WITH due AS (
      DELETE FROM held_starts WHERE run_id IN (
        SELECT run_id FROM held_starts WHERE due_at <= clock_timestamp()
        ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
      RETURNING run_id
    ), locked AS (
      SELECT id FROM runs
      WHERE id IN (SELECT run_id FROM due) AND worker_id IS NULL AND status = 'pending' AND sweep_at = 'infinity'
      ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE runs SET sweep_at = clock_timestamp() + interval '10 s' FROM locked WHERE runs.id = locked.id
    RETURNING runs.id`
  return rows.map((row) => row.id)
}

/** Forgets starts that limit nobody any more: those out of every window, and debounced ones whose run has ended. */
export const cleanStarts = async (sql: Sql): Promise<void> => {
  await sql`DELETE FROM rated_starts WHERE expires_at < clock_timestamp()`
  await sql`
    DELETE FROM debounced_starts d
    WHERE d.due_at < clock_timestamp() - interval '1 min' AND NOT EXISTS (
      SELECT FROM runs r WHERE r.id = d.run_id AND r.status NOT IN ('completed', 'failed', 'cancelled'))`
}
