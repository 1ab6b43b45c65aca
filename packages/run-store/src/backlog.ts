import type { Priority } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { toPriority } from './read/summary.js'
import type { ClaimedRun } from './types.js'

/** Runs that wait in Postgres for a place in the queue (D19). Whoever rings for them is not here. */

/** Jobs a workspace may have in the queue. */
export const QUEUED_PER_WORKSPACE = 1_000

export interface QueuedRuns {
  /** Runs that have a job and wait to be claimed. */
  readonly queued: number
  /** Whether more wait in Postgres. */
  readonly backlog: boolean
}

export const queuedRuns = async (sql: Sql, workspaceId: string): Promise<QueuedRuns> => {
  const [row] = await sql<[QueuedRuns]>`
    SELECT count(*)::int AS queued,
      EXISTS (SELECT FROM runs WHERE backlog AND workspace_id = ${workspaceId}) AS backlog
    FROM runs
    WHERE worker_id IS NULL AND status IN ('pending', 'running') AND sweep_at < 'infinity'
      AND workspace_id = ${workspaceId}`
  return row
}

/** Whether runs of other workspaces have a job and wait for a worker. */
export const othersWait = async (sql: Sql, workspaceId: string): Promise<boolean> => {
  const [row] = await sql<[{ waits: boolean }]>`
    SELECT EXISTS (
      SELECT FROM runs
      WHERE worker_id IS NULL AND status IN ('pending', 'running') AND sweep_at < 'infinity'
        AND workspace_id <> ${workspaceId}) AS waits`
  return row.waits
}

/** Gives a run just claimed back to the backlog; nothing where another owner has it by now (I3). */
export const returnToBacklog = async (
  sql: Sql,
  { id, epoch, lastSeq }: Pick<ClaimedRun, 'id' | 'epoch' | 'lastSeq'>,
): Promise<void> => {
  await sql`
    UPDATE runs SET worker_id = NULL, status = 'pending', backlog = true, sweep_at = 'infinity'
    WHERE id = ${id} AND epoch = ${epoch} AND last_seq = ${lastSeq}`
}

export interface AdmittedRun {
  readonly runId: string
  readonly workspaceId: string
  readonly priority: Priority
  /** Jobs of its workspace before it. */
  readonly queued: number
  /** Whether the failure of a run has started it, and this is its first time here. */
  readonly ofFailure: boolean
}

interface AdmittedRow {
  readonly id: string
  readonly workspace_id: string
  readonly priority: number
  readonly queued: number
  readonly of_failure: boolean
}

/**
 * Takes runs out of the backlog, as many of each workspace as the queue may hold more of, by class and age. Ring for
 * all of them: one whose doorbell is lost is the sweeper's in 10 s.
 * @param patience seconds by class: how much older a less urgent run must be to come first.
 */
export const admitBacklog = async (sql: Sql, patience: readonly number[]): Promise<AdmittedRun[]> => {
  const rows = await sql<AdmittedRow[]>`
    WITH RECURSIVE spaces AS (
      (SELECT workspace_id FROM runs WHERE backlog ORDER BY workspace_id LIMIT 1)
      UNION ALL
      SELECT (SELECT r.workspace_id FROM runs r WHERE r.backlog AND r.workspace_id > s.workspace_id
        ORDER BY r.workspace_id LIMIT 1)
      FROM spaces s WHERE s.workspace_id IS NOT NULL
    ), free AS (
      SELECT s.workspace_id, count(r.id)::int AS queued, ${QUEUED_PER_WORKSPACE} - count(r.id) AS places
      FROM spaces s LEFT JOIN runs r ON r.workspace_id = s.workspace_id AND r.worker_id IS NULL
        AND r.status IN ('pending', 'running') AND r.sweep_at < 'infinity'
      WHERE s.workspace_id IS NOT NULL GROUP BY s.workspace_id
    ), chosen AS (
      SELECT oldest.*, f.queued FROM free f, LATERAL (
        SELECT ofClass.id, c.place FROM unnest(${[...patience]}::int[]) WITH ORDINALITY AS c (seconds, place),
          LATERAL (
            SELECT id, created_at FROM runs
            WHERE backlog AND workspace_id = f.workspace_id AND priority = c.place - 1
            ORDER BY id LIMIT greatest(f.places, 0)) AS ofClass
        ORDER BY ofClass.created_at + c.seconds * interval '1 s', ofClass.id LIMIT greatest(f.places, 0)
      ) AS oldest
    ), locked AS (
      SELECT id FROM runs WHERE id IN (SELECT id FROM chosen) AND backlog
      ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE runs SET backlog = false, enqueued_at = clock_timestamp(),
      sweep_at = CASE WHEN runs.status = 'pending' THEN clock_timestamp() + interval '10 s' ELSE runs.sweep_at END
    FROM chosen JOIN locked ON locked.id = chosen.id
    WHERE runs.id = chosen.id
    RETURNING runs.id, runs.workspace_id, runs.priority, chosen.queued,
      runs.epoch = 0 AND coalesce(runs.idempotency_key LIKE 'failure:%', false) AS of_failure`
  return inTurn(rows)
}

/** Each workspace's in the order of their ids, which is that of their age. */
const inTurn = (rows: readonly AdmittedRow[]): AdmittedRun[] => {
  const before = new Map<string, number>()
  return rows
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((row) => {
      const queued = before.get(row.workspace_id) ?? row.queued
      before.set(row.workspace_id, queued + 1)
      return {
        runId: row.id,
        workspaceId: row.workspace_id,
        priority: toPriority(row.priority),
        queued,
        ofFailure: row.of_failure,
      }
    })
}
