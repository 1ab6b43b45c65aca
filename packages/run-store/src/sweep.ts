import type { Priority } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { toPriority } from './read/summary.js'

/**
 * What the sweeper reads and writes: runs that need a doorbell nobody will ring. It never touches status, epoch or
 * events (D3). A doorbell too many is harmless (D11), so these are plain reads without locks.
 */

export interface StrandedRun {
  readonly runId: string
  readonly workspaceId: string
  readonly priority: Priority
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** The sweeper's own last doorbell: ring again only if the queue no longer holds it. Null: only accept rang. */
  readonly jobId: string | null
  readonly reason: 'pending' | 'admitted' | 'lease_expired' | 'inbox'
}

interface StrandedRow {
  readonly id: string
  readonly workspace_id: string
  readonly priority: number
  readonly job_id: string | null
  readonly created_ms: number
  readonly reason: StrandedRun['reason']
}

/** Seconds before a message of an unowned run is looked at (D4). */
const INBOX_AGE = 5
/** Seconds in which whoever freed a place rings for the run that got it. */
const ADMITTED_AGE = 5

/**
 * Runs to ring for: without an owner and past their `sweep_at`, which is never for one that waits for a place; given
 * a place; whose owner's lease has run
 * out; without an owner and with a message older than 5 s. After an outage of the database none is lost to a lease
 * that its owner had no chance to renew (D10).
 */
export const findStrandedRuns = async (sql: Sql, limit: number): Promise<StrandedRun[]> => {
  const rows = await sql<StrandedRow[]>`
    SELECT s.*, (extract(epoch FROM s.created_at) * 1000)::float8 AS created_ms FROM (
    (SELECT id, workspace_id, priority, job_id, created_at, 'pending' AS reason FROM runs
     WHERE worker_id IS NULL AND status IN ('pending', 'running') AND sweep_at < clock_timestamp()
     ORDER BY sweep_at LIMIT ${limit})
    UNION ALL
    (SELECT r.id, r.workspace_id, r.priority, r.job_id, r.created_at, 'admitted'
     FROM runs r JOIN concurrency_slots s ON s.run_id = r.id
     WHERE s.state = 'admitted' AND s.since < clock_timestamp() - ${ADMITTED_AGE} * interval '1 s'
       AND r.worker_id IS NULL AND r.status = 'pending' AND r.sweep_at = 'infinity'
     LIMIT ${limit})
    UNION ALL
    (SELECT r.id, r.workspace_id, r.priority, r.job_id, r.created_at, 'lease_expired'
     FROM runs r LEFT JOIN workers w ON w.id = r.worker_id
     WHERE r.worker_id IS NOT NULL AND r.sweep_at < clock_timestamp()
       AND (w.id IS NULL OR has_lapsed(w.lease_until, w.lease_ms))
     LIMIT ${limit})
    UNION ALL
    (SELECT r.id, r.workspace_id, r.priority, r.job_id, r.created_at, 'inbox'
     FROM runs r JOIN (
       SELECT DISTINCT run_id FROM run_inbox
       WHERE created_at < clock_timestamp() - ${INBOX_AGE} * interval '1 s'
     ) i ON i.run_id = r.id
     WHERE r.worker_id IS NULL AND r.status IN ('waiting', 'paused') AND r.sweep_at < clock_timestamp()
     LIMIT ${limit})
    LIMIT ${limit}) AS s`
  return rows.map(toStrandedRun)
}

/**
 * Every run that needs a doorbell when the queue has lost its data, in id order, for one paced pass (D10). Those that
 * wait for a place do not (D18).
 * @param afterId the last id of the page before; null to begin.
 */
export const allUnleasedRuns = async (
  sql: Sql,
  afterId: string | null,
  limit: number,
): Promise<StrandedRun[]> => {
  const after = afterId ?? '00000000-0000-0000-0000-000000000000'
  const rows = await sql<StrandedRow[]>`
    SELECT s.*, (extract(epoch FROM s.created_at) * 1000)::float8 AS created_ms FROM (
    (SELECT id, workspace_id, priority, job_id, created_at, 'pending' AS reason FROM runs
     WHERE worker_id IS NULL AND status IN ('pending', 'running') AND sweep_at < 'infinity' AND id > ${after}
     ORDER BY id LIMIT ${limit})
    UNION ALL
    (SELECT id, workspace_id, priority, job_id, created_at, 'inbox' FROM runs r
     WHERE worker_id IS NULL AND status IN ('waiting', 'paused') AND id > ${after}
       AND id IN (SELECT run_id FROM run_inbox) ORDER BY id LIMIT ${limit})
    UNION ALL
    (SELECT r.id, r.workspace_id, r.priority, r.job_id, r.created_at, 'lease_expired'
     FROM runs r LEFT JOIN workers w ON w.id = r.worker_id
     WHERE r.worker_id IS NOT NULL AND r.id > ${after} AND (w.id IS NULL OR has_lapsed(w.lease_until, w.lease_ms))
     ORDER BY r.id LIMIT ${limit})
    ORDER BY id LIMIT ${limit}) AS s ORDER BY s.id`
  return rows.map(toStrandedRun)
}

const toStrandedRun = (row: StrandedRow): StrandedRun => ({
  runId: row.id,
  workspaceId: row.workspace_id,
  priority: toPriority(row.priority),
  createdAt: row.created_ms,
  jobId: row.job_id,
  reason: row.reason,
})

/**
 * Records doorbells rung. Each one since the last claim doubles the time until the sweeper looks again: 10 s, 20 s … 320 s at
 * most (D10). For a run that a dead worker owned it begins with 1 s: such a doorbell tends to be in the hand of the
 * next worker that dies, and one that still waits in the queue is not rung again anyway.
 * An accept's own doorbell is not recorded: that would be a second update of every run, on the hot path.
 */
export const markEnqueued = async (
  sql: Sql,
  rows: readonly { runId: string; jobId: string }[],
): Promise<void> => {
  await sql`
    WITH rung AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) AS d ("runId" uuid, "jobId" text)
    ), locked AS (
      SELECT id FROM runs WHERE id IN (SELECT "runId" FROM rung) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE runs SET job_id = rung."jobId", enqueued_at = clock_timestamp(), enqueue_count = enqueue_count + 1,
      sweep_at = clock_timestamp() + CASE WHEN worker_id IS NULL
        THEN least(power(2, enqueue_count), 32) * interval '10 s'
        ELSE least(power(2, enqueue_count), 320) * interval '1 s' END
    FROM rung JOIN locked ON locked.id = rung."runId"
    WHERE runs.id = locked.id`
}

/** Looks again in 10 s at runs whose last doorbell the queue still holds. */
export const postponeSweep = async (sql: Sql, runIds: readonly string[]): Promise<void> => {
  await sql`
    UPDATE runs SET sweep_at = clock_timestamp() + interval '10 s' WHERE id IN (
      SELECT id FROM runs WHERE id = ANY (${runIds}::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)`
}

/**
 * Turns due timers into messages, in the transaction that deletes them (D5). Any number of schedulers may call it:
 * each timer is one caller's. Timers of finished runs just go.
 * @returns the runs to ring for.
 */
export const dueTimers = async (sql: Sql, limit: number): Promise<string[]> => {
  const rows = await sql<{ run_id: string }[]>`
    WITH due AS (
      DELETE FROM timers WHERE (run_id, path, kind) IN (
        SELECT run_id, path, kind FROM timers WHERE due_at <= clock_timestamp()
        ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
      RETURNING run_id, workspace_id, path, kind, attempt
    )
    INSERT INTO run_inbox (workspace_id, run_id, message)
    SELECT due.workspace_id, due.run_id,
      jsonb_build_object('kind', 'timer', 'path', path, 'timer', kind, 'attempt', attempt)
    FROM due JOIN runs ON runs.id = due.run_id
    WHERE runs.status IN ('pending', 'running', 'waiting', 'paused')
    RETURNING run_id`
  return [...new Set(rows.map((row) => row.run_id))]
}

/** Deletes messages that met their run's end: nobody will read them. */
export const deleteUnreadMessages = async (sql: Sql): Promise<number> => {
  const deleted = await sql`
    DELETE FROM run_inbox i USING runs r
    WHERE r.id = i.run_id AND i.created_at < clock_timestamp() - ${INBOX_AGE} * interval '1 s'
      AND r.status IN ('completed', 'failed', 'cancelled')`
  return deleted.count
}
