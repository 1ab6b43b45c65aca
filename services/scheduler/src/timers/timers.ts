import type { Sql } from '@millrace/db'
import type { JobQueue } from '@millrace/queue'
import type { RunSweeps } from '@millrace/run-store'
import type { Pass } from '../loop.js'

/**
 * Wakes runs whose timers are due, those whose waits have come to their deadline, and those that were held until now.
 *
 * Owns nothing: the store turns a timer or a wait into a message in one transaction (D5, D14), and gives a run that was
 * held to the sweeper; this rings the doorbell. One that is lost here is rung by the sweeper (D4).
 */
export interface TimersDeps {
  readonly sql: Sql
  readonly store: Pick<RunSweeps, 'dueTimers' | 'dueWaits' | 'dueStarts'>
  readonly queue: Pick<JobQueue, 'enqueue'>
}

const BATCH = 500

export class Timers implements Pass {
  readonly #deps: TimersDeps

  constructor(deps: TimersDeps) {
    this.#deps = deps
  }

  /** Returns the milliseconds until the next of them. */
  async runOnce(): Promise<number | undefined> {
    const { sql, store, queue } = this.#deps
    const found = await Promise.all([store.dueTimers(BATCH), store.dueWaits(BATCH), store.dueStarts(BATCH)])
    const runIds = [...new Set(found.flat())]
    // Without a priority they go first: runs that have begun are finished before new ones begin.
    if (runIds.length > 0) await queue.enqueue(runIds.map((runId) => ({ runId })))
    if (found.some(({ length }) => length === BATCH)) return 0
    return await untilNextTimer(sql)
  }
}

/** By the database's clock (D8). */
const untilNextTimer = async (sql: Sql): Promise<number | undefined> => {
  const [row] = await sql<{ ms: number | null }[]>`
    SELECT (extract(epoch FROM least(
      (SELECT min(due_at) FROM timers),
      (SELECT min(due_at) FROM held_starts),
      (SELECT min(deadline) FROM waits WHERE resolved_by IS NULL AND deadline IS NOT NULL)
    ) - clock_timestamp()) * 1000)::float8 AS ms`
  return row?.ms ?? undefined
}
