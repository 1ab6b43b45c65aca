import { MillraceError } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { type BulkJob, deleteLeftovers, finish, lockJob, nextMembers, recordProgress } from './repository.js'

/**
 * Works through bulk operations, a page of runs at a time.
 *
 * Owns the page in hand, by the row lock on its operation: one process works on an operation at a time, and any
 * other goes on where it stopped. Does not own the runs: it asks for what a person could ask for.
 *
 * 1. Members leave with the progress they made, after the action. A page whose process died is done again, so every
 *    action bears repetition.
 * 2. An operation that is aborted ends with the page in hand.
 * 3. Nothing is begun once the lock may be gone, or this loop has been stopped: its connection is asked before each
 *    action. Those of the page that nothing was begun for stay members.
 */
export interface BulkLoopDeps {
  /** A pool of which one connection may be held for as long as a page takes. */
  readonly sql: Sql
  /** Acts on one run. Throws MillraceError: RUN_FINISHED and its like mean that it no longer fits. */
  readonly act: (job: BulkJob, runId: string) => Promise<void>
  readonly onError: (error: unknown, what: string) => void
  /** Milliseconds between two looks; default 1,000. */
  readonly pauseMs?: number
}

const PAGE = 50
/** Runs acted on at the same time. */
const PARALLEL = 5
const PAUSE_MS = 1_000
/** Looks between two clean-ups. */
const CLEAN_EVERY = 300
const NO_LONGER_FITS: ReadonlySet<string> = new Set([
  'RUN_FINISHED',
  'RUN_NOT_FINISHED',
  'NOTHING_TO_RETRY',
  'NOT_FOUND',
])

interface BulkFailure {
  readonly runId: string
  readonly code: string
  readonly message: string
}

interface Progress {
  done: number
  skipped: number
  readonly errors: BulkFailure[]
}

/** Throws when the connection that holds the lock is gone: another process may have it by now. */
const holdsLock = (tx: Pick<Sql, 'unsafe'>) => tx.unsafe('SELECT')

export class BulkLoop {
  readonly #deps: BulkLoopDeps
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #stopped = true
  #stopping = false
  #looks = 0

  constructor(deps: BulkLoopDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#stopped = false
    this.#stopping = false
    this.#schedule(0)
  }

  /** Looks now: something has been confirmed. */
  kick(): void {
    if (!this.#stopped && this.#running === undefined) this.#schedule(0)
  }

  /** Resolves when what is under way has ended: at most one action of each lane. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopping = true
    clearTimeout(this.#timer)
    await this.#running
  }

  /** One page of one operation; false when there was none to work on. */
  async runOnce(): Promise<boolean> {
    return await this.#deps.sql.begin(async (tx) => {
      const job = await lockJob(tx)
      if (job === undefined) return false
      const members = await nextMembers(tx, job.id, PAGE)
      if (members.length === 0) await finish(tx, job.id)
      else {
        const { handled, ...progress } = await this.#actOnAll(tx, job, members)
        await recordProgress(tx, job.id, handled, progress)
      }
      return true
    })
  }

  async #actOnAll(tx: Pick<Sql, 'unsafe'>, job: BulkJob, members: readonly string[]) {
    const left = [...members]
    const outcome = { handled: [] as string[], done: 0, skipped: 0, errors: [] as BulkFailure[] }
    const failures: unknown[] = []
    const work = async () => {
      while (failures.length === 0 && !this.#stopping) {
        const runId = left.shift()
        if (runId === undefined) return
        try {
          await holdsLock(tx)
          await this.#actOn(job, runId, outcome)
          outcome.handled.push(runId)
        } catch (error) {
          failures.push(error)
        }
      }
    }
    // All of them come to their end, whatever becomes of one: the lock is held until nothing is under way.
    await Promise.all(Array.from({ length: PARALLEL }, work))
    if (failures.length > 0) throw failures[0]
    return outcome
  }

  async #actOn(job: BulkJob, runId: string, outcome: Progress): Promise<void> {
    try {
      await this.#deps.act(job, runId)
      outcome.done++
    } catch (error) {
      // Not the run's fault: the page is done again.
      if (!(error instanceof MillraceError) || error.retryable) throw error
      if (NO_LONGER_FITS.has(error.code)) outcome.skipped++
      else outcome.errors.push({ runId, code: error.code, message: error.message })
    }
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#running = this.#turn().finally(() => {
        this.#running = undefined
      })
    }, delayMs)
  }

  async #turn(): Promise<void> {
    const { sql, onError, pauseMs = PAUSE_MS } = this.#deps
    let worked = false
    try {
      if (this.#looks++ % CLEAN_EVERY === 0) await deleteLeftovers(sql)
      worked = await this.runOnce()
    } catch (error) {
      onError(error, 'a bulk operation')
    }
    this.#schedule(worked ? 0 : pauseMs)
  }
}
