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

export class BulkLoop {
  readonly #deps: BulkLoopDeps
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #stopped = true
  #looks = 0

  constructor(deps: BulkLoopDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#stopped = false
    this.#schedule(0)
  }

  /** Looks now: something has been confirmed. */
  kick(): void {
    if (!this.#stopped && this.#running === undefined) this.#schedule(0)
  }

  async stop(): Promise<void> {
    this.#stopped = true
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
      else await recordProgress(tx, job.id, members, await this.#actOnAll(job, members))
      return true
    })
  }

  async #actOnAll(job: BulkJob, members: readonly string[]) {
    const left = [...members]
    const errors: { runId: string; code: string; message: string }[] = []
    let done = 0
    let skipped = 0
    const work = async () => {
      for (let runId = left.shift(); runId !== undefined; runId = left.shift()) {
        try {
          await this.#deps.act(job, runId)
          done++
        } catch (error) {
          // Not the run's fault: the page is done again.
          if (!(error instanceof MillraceError) || error.retryable) throw error
          if (NO_LONGER_FITS.has(error.code)) skipped++
          else errors.push({ runId, code: error.code, message: error.message })
        }
      }
    }
    await Promise.all(Array.from({ length: PARALLEL }, work))
    return { done, skipped, errors }
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
