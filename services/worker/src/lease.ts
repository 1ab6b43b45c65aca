import type { RunOwnership } from '@millrace/run-store'
import type { DatabaseClock } from './clock.js'

/**
 * Owns: the worker's one lease row (D9) and the local deadline by which it must have been renewed.
 * Does not own: the runs; they ask `held` before a step starts and before a write goes out.
 *
 * The loop runs on the main thread on purpose: a worker whose event loop hangs loses its runs.
 */
export type LeaseStore = Pick<RunOwnership, 'registerWorker' | 'renewLease' | 'removeWorker'>

/** The local deadline is this share short of the lease, counted from before the renewal was sent. */
const SAFE_SHARE = 0.8

export class LeaseKeeper {
  #deadline = 0
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  #pass: Promise<void> = Promise.resolve()

  constructor(
    private readonly store: LeaseStore,
    private readonly clock: DatabaseClock,
    private readonly options: {
      readonly name: string
      readonly leaseMs: number
      readonly onError: (error: unknown) => void
    },
  ) {
    if (options.leaseMs < 1_000) throw new RangeError('LEASE_MS must be at least 1000')
  }

  /** False once the lease may have run out: nothing new may start, nothing may be written. */
  get held(): boolean {
    return performance.now() < this.#deadline
  }

  async start(): Promise<void> {
    const sentAt = performance.now()
    const { name, leaseMs } = this.options
    this.#accept(sentAt, await this.store.registerWorker(name, leaseMs))
    this.#schedule()
  }

  /** One renewal. An owner whose lease lapsed but whose epoch stands may renew and go on. */
  async runOnce(): Promise<void> {
    const sentAt = performance.now()
    const { name, leaseMs } = this.options
    // A row that is gone was cleaned up while this process slept; runs taken meanwhile are fenced by their epoch.
    const answer = (await this.store.renewLease(leaseMs)) ?? (await this.store.registerWorker(name, leaseMs))
    this.#accept(sentAt, answer)
  }

  /** Gives the lease up, so that what is left can be taken over at once (D12). */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    // A renewal in flight would register the worker anew after its goodbye.
    await this.#pass
    this.#deadline = 0
    await this.store.removeWorker()
  }

  #accept(sentAt: number, answer: { now: number }): void {
    this.#deadline = sentAt + this.options.leaseMs * SAFE_SHARE
    this.clock.sample(answer.now)
  }

  #schedule(): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#pass = this.runOnce()
        .catch(this.options.onError)
        .finally(() => this.#schedule())
    }, this.options.leaseMs / 4)
  }
}
