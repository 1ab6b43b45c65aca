import type { RunRef } from '../stream/channel.js'
import type { Messenger } from './messenger.js'

/**
 * Cancels runs (D15).
 *
 * Owns the cancels of this process that are not over yet. Does not own the runs: a live owner cancels its own, and
 * only where none does in time this process takes the run over.
 *
 * 1. The request is durable, as a message to the run, before it is answered (D3); if this process dies, the sweeper
 *    finds the message.
 * 2. The run is cancelled within 2 s: a live owner has 1.5 s of them.
 */
export interface CancellerDeps {
  readonly messenger: Messenger
  /** Takes the run over and finishes it as cancelled, unless it has ended. */
  readonly takeOver: (run: RunRef, reason: string | undefined) => Promise<void>
  readonly onError: (error: unknown, what: string) => void
  /** Milliseconds a live owner has to cancel the run itself. */
  readonly ownerGraceMs?: number
}

const OWNER_GRACE_MS = 1_500

export class Canceller {
  readonly #deps: CancellerDeps
  readonly #open = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  constructor(deps: CancellerDeps) {
    this.#deps = deps
  }

  /**
   * Resolves once the request is durable; the run is cancelled soon after.
   * @throws NOT_FOUND, RUN_FINISHED
   */
  async request(run: RunRef, reason: string | undefined): Promise<void> {
    const message = { kind: 'cancel', ...(reason === undefined ? {} : { reason }) } as const
    const posted = await this.#deps.messenger.post(run, message)
    const finishing = this.#finish(run, reason, posted)
    this.#open.add(finishing)
    void finishing.finally(() => this.#open.delete(finishing))
  }

  /** Finishes at once what it would have waited for. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#open)
  }

  async #finish(
    run: RunRef,
    reason: string | undefined,
    posted: { readonly ownerAlive: boolean },
  ): Promise<void> {
    const { messenger, takeOver, onError } = this.#deps
    try {
      // For a run without an owner the doorbell is only the second chance.
      await messenger.tell(run, posted)
      if (posted.ownerAlive) await this.#pause(this.#deps.ownerGraceMs ?? OWNER_GRACE_MS)
      await takeOver(run, reason)
    } catch (error) {
      onError(error, 'cancelling a run')
    }
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#closing
    return new Promise((resolve) => {
      if (signal.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal.addEventListener('abort', done)
    })
  }
}
