import type { EnqueueRequest, JobQueue } from '@millrace/queue'

/**
 * Rings doorbells of accepted runs.
 *
 * Owns the requests not yet sent: those that come while a batch is under way share the next one. It never fails a
 * caller: the run is durable, and the sweeper rings again for whatever is lost here (I1). Owns no truth.
 */
export interface EnqueuerDeps {
  readonly queue: Pick<JobQueue, 'enqueue'>
  readonly onError: (error: unknown, lost: number) => void
}

const MAX_BATCH = 500
/** A queue that does not answer must not keep later doorbells from ringing. */
const ANSWER_MS = 5_000
/** Over this the queue is not keeping up at all; the rest is left to the sweeper (I10). */
const MAX_PENDING = 20_000

export class Enqueuer {
  readonly #deps: EnqueuerDeps
  #pending: EnqueueRequest[] = []
  #sending: Promise<void> | undefined

  constructor(deps: EnqueuerDeps) {
    this.#deps = deps
  }

  ring(request: EnqueueRequest): void {
    if (this.#pending.length >= MAX_PENDING) {
      this.#deps.onError(new Error('the queue is behind'), 1)
      return
    }
    this.#pending.push(request)
    this.#sending ??= this.#send()
  }

  /** Resolves when everything rung so far has been sent or given up. */
  async drain(): Promise<void> {
    await this.#sending
  }

  async #send(): Promise<void> {
    // Lets the requests of this turn of the event loop come together: a group commit resolves many at once.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0, MAX_BATCH)
      try {
        await this.#enqueue(batch)
      } catch (error) {
        this.#deps.onError(error, batch.length)
      }
    }
    this.#sending = undefined
  }

  async #enqueue(batch: readonly EnqueueRequest[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`the queue took longer than ${ANSWER_MS} ms`)), ANSWER_MS)
    })
    try {
      await Promise.race([this.#deps.queue.enqueue(batch), late])
    } finally {
      clearTimeout(timer)
    }
  }
}
