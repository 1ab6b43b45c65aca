import { job as doorbell } from '@millrace/contracts'
import { WaitingError } from 'bullmq'
import { withDeadline } from '../deadline.js'
import type { JobConsumer, JobHandler } from '../port.js'
import { type DoorbellJob, type OnError, type QueueBackend, toError, type WorkerHandle } from './backend.js'
import { ANSWER_MS } from './settings.js'

/**
 * A consumer owns one BullMQ worker at a time and replaces it when it has gone deaf: after an outage a worker can
 * stay connected, report no error, and take nothing. It owns no runs and no truth; the handler does.
 *
 * 1. While `pause` holds, the handler is not called: a job that arrives anyway goes back to the queue.
 * 2. A job is given up only by its answer: a handler that throws is reported, and the job still ends (D11).
 * 3. `close` waits for every handler in hand, and for nothing of the backend longer than `RELEASE_MS`.
 * 4. A worker is deaf when two checks in a row see jobs waiting, a free place, and none taken in between.
 */

export interface ConsumerDeps {
  readonly openWorker: QueueBackend['openWorker']
  readonly depth: () => Promise<number>
  readonly handler: JobHandler
  readonly concurrency: number
  /** Milliseconds between two checks. */
  readonly watchdogMs: number
  readonly onError: OnError
  readonly onClosed: () => void
}

/** Milliseconds that a closing worker gets to tell the backend that its last jobs have ended. */
const RELEASE_MS = 2_000

interface Running extends WorkerHandle {
  readonly inHand: Set<Promise<void>>
  /** Set when it could not even start: it will never take a job. */
  broken: boolean
}

export class Consumer implements JobConsumer {
  readonly #deps: ConsumerDeps
  #running: Running | undefined
  #paused = false
  #closing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #taken = 0
  #takenAtCheck = 0
  #suspect = false

  constructor(deps: ConsumerDeps) {
    this.#deps = deps
  }

  /** Resolves once jobs are being fetched, or after 2 s: a backend that is away is joined when it returns. */
  async start(): Promise<void> {
    const ready = this.#open(this.#deps.concurrency)
    this.#timer = setInterval(() => void this.checkOnce(), this.#deps.watchdogMs)
    this.#timer.unref()
    await withDeadline(ready, ANSWER_MS, 'opening the queue').catch(this.#deps.onError)
  }

  async pause(): Promise<void> {
    this.#paused = true
    await this.#running?.worker.pause(true)
  }

  resume(): void {
    this.#paused = false
    this.#suspect = false
    if (this.#running?.worker.isPaused()) this.#running.worker.resume()
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  /** One pass of the watchdog (invariant 4). */
  async checkOnce(): Promise<void> {
    const running = this.#running
    if (running === undefined || this.#paused || this.#closing) return
    if (running.broken) return this.#replace(running, 'could not start')
    const waiting = await this.#waitingUntouched(running)
    if (!waiting) {
      this.#suspect = false
    } else if (!this.#suspect) {
      this.#suspect = true
    } else if (running === this.#running && !this.#paused && !this.#closing) {
      this.#replace(running, 'had gone deaf')
    }
  }

  async #waitingUntouched(running: Running): Promise<boolean> {
    const taken = this.#taken
    const idle = taken === this.#takenAtCheck && running.inHand.size < this.#deps.concurrency
    this.#takenAtCheck = taken
    if (!idle) return false
    // An outage is not deafness: without an answer there is nothing to take.
    const depth = await this.#deps.depth().catch(() => 0)
    return depth > 0 && this.#taken === taken
  }

  #open(concurrency: number): Promise<void> {
    const inHand = new Set<Promise<void>>()
    const process = (job: DoorbellJob, token?: string): Promise<void> => this.#take(inHand, job, token)
    const running: Running = { ...this.#deps.openWorker(process, concurrency), inHand, broken: false }
    this.#running = running
    const failed = (thrown: unknown): void => {
      running.broken = true
      this.#deps.onError(toError(thrown))
    }
    return running.worker.waitUntilReady().then(() => {
      if (this.#running === running && !running.worker.isRunning()) running.worker.run().catch(failed)
    }, failed)
  }

  async #take(inHand: Set<Promise<void>>, job: DoorbellJob, token?: string): Promise<void> {
    if (this.#paused) {
      await job.moveToWait(token) // invariant 1: the blocking fetch cannot be called back
      throw new WaitingError()
    }
    this.#taken++
    const answer = this.#answer(job)
    inHand.add(answer)
    await answer
    inHand.delete(answer)
  }

  async #answer(job: DoorbellJob): Promise<void> {
    try {
      await this.#deps.handler(doorbell.parse(job.data).runId, job.priority)
    } catch (thrown) {
      this.#deps.onError(toError(thrown)) // invariant 2
    }
  }

  #replace(old: Running, why: string): void {
    this.#suspect = false
    this.#deps.onError(new Error(`the queue's worker ${why} and was replaced`))
    const free = Math.max(1, this.#deps.concurrency - old.inHand.size)
    void this.#open(free)
    const replacement = this.#running
    void this.#release(old).then(() => {
      if (replacement) replacement.worker.concurrency = this.#deps.concurrency
    })
  }

  async #shutDown(): Promise<void> {
    clearInterval(this.#timer)
    if (this.#running) await this.#release(this.#running)
    this.#deps.onClosed()
  }

  async #release(running: Running): Promise<void> {
    const closed = running.worker.close()
    closed.catch(this.#deps.onError)
    await Promise.all(running.inHand)
    // invariant 3: without a backend the job stays active, stalls, and is rung again.
    await withDeadline(closed, RELEASE_MS, 'closing the worker').catch(this.#deps.onError)
    running.abort()
  }
}
