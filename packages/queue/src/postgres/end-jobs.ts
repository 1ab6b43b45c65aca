import type { JobJson } from 'bullmq'
import { STREAMS } from '../bullmq/settings.js'

/** A job in hand that has been answered. */
export interface AnsweredJob {
  readonly id: string
  /** Of the lock it is held under. */
  readonly token: string
  /** Whether its place is free for another one. */
  readonly fetchNext: boolean
}

/** The part of a pool that is used: BullMQ's own. */
export interface JobsPool {
  query<R>(text: string, params: readonly unknown[]): Promise<{ readonly rows: R[] }>
}

/** As BullMQ's worker is told of a job; undefined when none waits, or none was asked for. */
export type NextJob = JobJson | undefined

export interface EndJobsOptions {
  readonly queue: string
  readonly lockMs: number
  readonly workerName: string | undefined
}

/**
 * A job that anybody else has locked at this moment is left out, and so is one that is no longer ours: nothing here waits
 * for a row, so that neither two of these nor one and BullMQ's own look at all active jobs can deadlock.
 */
const END_JOBS = `
  WITH ours AS (
    SELECT job.id, answered.token, answered.refill
    FROM unnest($2::text[], $3::text[], $4::boolean[]) AS answered (id, token, refill)
    JOIN job ON job.queue = $1 AND job.id = answered.id
    WHERE job.state = 'active' AND job.lock_token = answered.token
    FOR UPDATE OF job SKIP LOCKED
  ), ended AS (
    DELETE FROM job USING ours WHERE job.queue = $1 AND job.id = ours.id
    RETURNING job.id, ours.token, ours.refill
  ), places AS (
    SELECT token, row_number() OVER () AS place FROM ended WHERE refill
  ), next AS (
    SELECT id, row_number() OVER (ORDER BY priority, seq) AS place FROM (
      SELECT id, priority, seq FROM job WHERE queue = $1 AND state = 'waiting'
        AND NOT EXISTS (SELECT FROM meta WHERE queue = $1 AND field = 'paused' AND value = '1')
      ORDER BY priority, seq
      LIMIT (SELECT count(*) FROM places)
      FOR UPDATE SKIP LOCKED
    ) AS waiting
  ), taken AS (
    UPDATE job SET state = 'active', lock_token = places.token, locked_until_ms = $5::bigint + $6::bigint,
      processed_at_ms = $5, processed_by = $7, attempts_started = attempts_started + 1
    FROM next JOIN places USING (place)
    WHERE job.queue = $1 AND job.id = next.id
    RETURNING job.*
  )
  SELECT ended.id AS ended_id, taken.id, taken.name, taken.data, taken.opts, taken.priority, taken.attempts_made,
    taken.attempts_started, taken.stalled_count, taken.added_at_ms
  FROM ended LEFT JOIN taken ON taken.lock_token = ended.token`

interface Row {
  readonly ended_id: string
  readonly id: string | null
  readonly name: string
  readonly data: unknown
  readonly opts: JobJson['opts']
  readonly priority: number
  readonly attempts_made: number
  readonly attempts_started: number
  readonly stalled_count: number
  readonly added_at_ms: string | number
}

/**
 * Removes answered jobs and takes the next ones in their places, in one statement for all of them.
 * @returns what each job that was removed gets in its place; those left out of it are still to be ended.
 */
export async function endJobs(
  pool: JobsPool,
  jobs: readonly AnsweredJob[],
  { queue, lockMs, workerName }: EndJobsOptions,
): Promise<ReadonlyMap<string, NextJob>> {
  const now = Date.now()
  const { rows } = await pool.query<Row>(END_JOBS, [
    queue,
    jobs.map(({ id }) => id),
    jobs.map(({ token }) => token),
    jobs.map(({ fetchNext }) => fetchNext),
    now,
    lockMs,
    workerName ?? null,
  ])
  return new Map(rows.map((row) => [row.ended_id, row.id === null ? undefined : toJson(row, row.id, now)]))
}

const toJson = (row: Row, id: string, now: number): JobJson => ({
  id,
  name: row.name,
  data: JSON.stringify(row.data),
  opts: row.opts,
  progress: 0,
  attemptsMade: row.attempts_made,
  attemptsStarted: row.attempts_started,
  processedOn: now,
  timestamp: Number(row.added_at_ms),
  priority: row.priority,
  failedReason: '',
  returnvalue: 'null',
  stalledCounter: row.stalled_count,
})

/** As many rows of its event log as BullMQ keeps by itself for us; nobody reads them. */
const EVENTS_KEPT = STREAMS.events.maxLen
/** Under the lock that BullMQ takes for the same, so that no two of these wait for each other. */
const TRIM_EVENTS = `
  WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(hashtext('bullmq:evtrim:' || $1)) AS ours)
  DELETE FROM event USING turn
  WHERE turn.ours AND event.queue = $1 AND event.id <= (SELECT max(id) FROM event WHERE queue = $1) - $2::bigint`

/** BullMQ shortens its event log as it ends jobs, and at no other time that one could rely on. */
export async function trimEvents(pool: JobsPool, queue: string): Promise<void> {
  await pool.query(TRIM_EVENTS, [queue, EVENTS_KEPT])
}
