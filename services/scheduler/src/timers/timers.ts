import type { Sql } from '@millrace/db'
import type { JobQueue } from '@millrace/queue'
import type { RunSweeps } from '@millrace/run-store'
import type { Pass } from '../loop.js'

/**
 * Wakes runs whose timers are due, and those whose waits have come to their deadline.
 *
 * Owns nothing: the store turns either into a message in one transaction (D5, D14), and this rings the doorbell. A
 * doorbell that is lost here is rung by the sweeper, which looks for unread messages (D4).
 */
export interface TimersDeps {
  readonly sql: Sql
  readonly store: Pick<RunSweeps, 'dueTimers' | 'dueWaits'>
  readonly queue: Pick<JobQueue, 'enqueue'>
}

const BATCH = 500

export class Timers implements Pass {
  readonly #deps: TimersDeps

  constructor(deps: TimersDeps) {
    this.#deps = deps
  }

  /** Returns the milliseconds until the next timer or deadline. */
  async runOnce(): Promise<number | undefined> {
    const { sql, store, queue } = this.#deps
    const [rung, overdue] = await Promise.all([store.dueTimers(BATCH), store.dueWaits(BATCH)])
    const runIds = [...new Set([...rung, ...overdue])]
    // Without a priority they go first: runs that have begun are finished before new ones begin.
    if (runIds.length > 0) await queue.enqueue(runIds.map((runId) => ({ runId })))
    if (rung.length === BATCH || overdue.length === BATCH) return 0
    return await untilNextTimer(sql)
  }
}

/** By the database's clock (D8). */
const untilNextTimer = async (sql: Sql): Promise<number | undefined> => {
  const [row] = await sql<{ ms: number | null }[]>`
    SELECT (extract(epoch FROM least(
      (SELECT min(due_at) FROM timers),
      (SELECT min(deadline) FROM waits WHERE resolved_by IS NULL AND deadline IS NOT NULL)
    ) - clock_timestamp()) * 1000)::float8 AS ms`
  return row?.ms ?? undefined
}
