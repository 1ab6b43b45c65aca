import type { Sql } from '@millrace/db'
import { CLASS_PATIENCE, type JobQueue, virtualDeadline } from '@millrace/queue'
import type { RunSweeps } from '@millrace/run-store'
import type { Pass } from '../loop.js'

/**
 * Lets runs out of the backlog into the queue as earlier ones are claimed (D19).
 *
 * Owns nothing but the right to admit, which one process has at a time: two would admit twice as many. A run whose
 * doorbell is lost here is the sweeper's.
 */
export interface AdmitterDeps {
  readonly sql: Sql
  readonly store: Pick<RunSweeps, 'admitBacklog'>
  readonly queue: Pick<JobQueue, 'enqueue'>
  /** Told how many of those admitted were started by the failure of a run: that is a statement of nobody's. */
  readonly onFailureRuns: (count: number) => void
  /** The present, milliseconds since the epoch: it only orders jobs. */
  readonly now: () => number
}

/** "admit" on a telephone keypad; any fixed number. */
const LOCK_KEY = 23648
/** Milliseconds until the next look while there is a backlog. */
const BUSY_PAUSE_MS = 200

export class Admitter implements Pass {
  readonly #deps: AdmitterDeps

  constructor(deps: AdmitterDeps) {
    this.#deps = deps
  }

  async runOnce(): Promise<number | undefined> {
    const { sql, store, queue, onFailureRuns, now } = this.#deps
    const admitted = await sql.begin(async (tx) => {
      const [lock] = await tx<[{ mine: boolean }]>`SELECT pg_try_advisory_xact_lock(${LOCK_KEY}) AS mine`
      return lock.mine ? await store.admitBacklog(CLASS_PATIENCE) : []
    })
    if (admitted.length === 0) return undefined
    const ofFailures = admitted.filter(({ ofFailure }) => ofFailure).length
    if (ofFailures > 0) onFailureRuns(ofFailures)
    // They come to the queue now: counted from when they were accepted, a backlog would go before all others.
    await queue.enqueue(
      admitted.map(({ runId, priority, queued }) => ({
        runId,
        priority: virtualDeadline(priority, now(), now(), queued),
      })),
    )
    return BUSY_PAUSE_MS
  }
}
