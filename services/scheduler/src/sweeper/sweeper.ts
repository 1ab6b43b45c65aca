import type { Sql } from '@millrace/db'
import { type JobQueue, virtualDeadline } from '@millrace/queue'
import type { RunSweeps, StrandedRun } from '@millrace/run-store'
import type { Pass } from '../loop.js'

/**
 * Rings for runs that nobody rings for: their doorbell was lost, their worker died, or a message went unheard (I1).
 *
 * Owns nothing but the right to sweep, which one process has at a time. A doorbell too many is harmless (D11).
 *
 * 1. A run is rung again only when the queue no longer holds its last doorbell; the store doubles the time between
 *    two rings of a run (D10).
 * 2. A queue that has lost its data (FLUSHALL) gets one paced pass over all runs without an owner. The mark is set
 *    after that pass, so that a sweeper that dies in it leaves it to the next (D10).
 */
export interface SweeperDeps {
  readonly sql: Sql
  readonly store: Pick<
    RunSweeps,
    'findStrandedRuns' | 'allUnleasedRuns' | 'markEnqueued' | 'postponeSweep' | 'untilNextLapse'
  >
  readonly queue: Pick<JobQueue, 'enqueue' | 'holding' | 'generation' | 'markGeneration'>
  /** Told how many runs were rung for, and why. */
  readonly onSwept: (count: number, reason: 'stranded' | 'generation') => void
  /** Milliseconds between two pages of a generation pass. */
  readonly paceMs?: number
}

/** Doorbells a pass: the cap of D10. */
const BATCH = 500
const PACE_MS = 100
/** "sweep" on a telephone keypad; any fixed number. */
const LOCK_KEY = 79337

export class Sweeper implements Pass {
  readonly #deps: SweeperDeps

  constructor(deps: SweeperDeps) {
    this.#deps = deps
  }

  /** Returns the milliseconds until the next lease can lapse: its runs wait for nothing but us. */
  async runOnce(): Promise<number | undefined> {
    const swept = await this.#deps.sql.begin(async (sql) => {
      const [lock] = await sql<[{ mine: boolean }]>`SELECT pg_try_advisory_xact_lock(${LOCK_KEY}) AS mine`
      return lock.mine ? await this.#sweep() : 0
    })
    return swept === BATCH ? 0 : await this.#deps.store.untilNextLapse()
  }

  async #sweep(): Promise<number> {
    const { store, queue, onSwept } = this.#deps
    if ((await queue.generation()) === 'absent') return await this.#ringEveryone()
    const stranded = await store.findStrandedRuns(BATCH)
    const held = await this.#heldByQueue(stranded)
    const silent = stranded.filter((run) => !held.has(run.runId))
    if (held.size > 0) await store.postponeSweep([...held])
    await this.#ring(silent)
    if (silent.length > 0) onSwept(silent.length, 'stranded')
    return stranded.length
  }

  /** Runs whose own last doorbell still waits in the queue. */
  async #heldByQueue(runs: readonly StrandedRun[]): Promise<Set<string>> {
    const rung = runs.flatMap((run) => (run.jobId === null ? [] : [{ runId: run.runId, jobId: run.jobId }]))
    if (rung.length === 0) return new Set()
    const holding = await this.#deps.queue.holding(rung.map((run) => run.jobId))
    return new Set(rung.filter((run) => holding.has(run.jobId)).map((run) => run.runId))
  }

  async #ringEveryone(): Promise<number> {
    const { store, queue, onSwept, paceMs = PACE_MS } = this.#deps
    let after: string | null = null
    let count = 0
    for (;;) {
      const page: StrandedRun[] = await store.allUnleasedRuns(after, BATCH)
      await this.#ring(page)
      count += page.length
      after = page.at(-1)?.runId ?? null
      if (page.length < BATCH) break
      await new Promise((resolve) => setTimeout(resolve, paceMs))
    }
    await queue.markGeneration()
    if (count > 0) onSwept(count, 'generation')
    return 0
  }

  async #ring(runs: readonly StrandedRun[]): Promise<void> {
    if (runs.length === 0) return
    const jobIds = await this.#deps.queue.enqueue(
      runs.map((run) => ({
        runId: run.runId,
        priority: virtualDeadline(run.priority, run.createdAt, Date.now(), 0),
      })),
    )
    const rung = runs.flatMap((run, index) => {
      const jobId = jobIds[index]
      return jobId === undefined ? [] : [{ runId: run.runId, jobId }]
    })
    await this.#deps.store.markEnqueued(rung)
  }
}
