import type { AttemptTimer } from './attempt-timer.js'

/**
 * One attempt in flight and its right to go on. The AbortController is made when somebody first asks for the
 * signal: most pure steps never do, and making one costs as much as running them (8 % of a worker's time).
 */
export class LiveAttempt {
  #controller: AbortController | undefined
  #aborted: { readonly reason: unknown } | undefined
  /** Of an attempt with a timeout. */
  timer: AttemptTimer | undefined

  constructor(readonly attempt: number) {}

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason)
    }
    return this.#controller.signal
  }

  /** Why the attempt was told to stop; undefined while it may go on. */
  get aborted(): { readonly reason: unknown } | undefined {
    return this.#aborted
  }

  abort(reason: unknown): void {
    this.#aborted ??= { reason }
    this.#controller?.abort(reason)
  }
}
