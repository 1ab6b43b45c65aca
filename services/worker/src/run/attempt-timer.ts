/** Node's timers fire at once beyond this. Milliseconds, 24.8 days. */
const LONGEST_TIMER = 2_147_483_647

/**
 * The time that one attempt may take. It stands still while the attempt waits for a place inside of this process, which is
 * no fault of its own.
 */
export class AttemptTimer {
  readonly #onTimeout: () => void
  #left: number
  #runningSince: number | undefined
  #timer: NodeJS.Timeout | undefined

  /** Runs from now on. `timeoutMs`: 1 or more. */
  constructor(timeoutMs: number, onTimeout: () => void) {
    this.#left = timeoutMs
    this.#onTimeout = onTimeout
    this.resume()
  }

  pause(): void {
    if (this.#runningSince === undefined) return
    this.#left = Math.max(0, this.#left - (performance.now() - this.#runningSince))
    this.stop()
  }

  resume(): void {
    if (this.#runningSince !== undefined) return
    this.#runningSince = performance.now()
    this.#timer = setTimeout(() => this.#fire(), Math.min(this.#left, LONGEST_TIMER))
  }

  #fire(): void {
    this.pause()
    if (this.#left > 0) this.resume()
    else this.#onTimeout()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#runningSince = undefined
  }
}
