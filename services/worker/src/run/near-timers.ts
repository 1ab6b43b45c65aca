import type { DatabaseClock } from '../clock.js'

/** setTimeout's own limit. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

/** Owns: the timers of one run while it is in memory. Far ones become rows when the run is parked. */
export class NearTimers {
  readonly #timers = new Set<NodeJS.Timeout>()

  constructor(private readonly clock: Pick<DatabaseClock, 'now'>) {}

  /** `dueAt` by the database's clock; what is due already rings in a later turn. Returns what takes it back. */
  ringAt(dueAt: number, call: () => void): () => void {
    const delay = Math.min(Math.max(0, dueAt - this.clock.now()), MAX_TIMEOUT_MS)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      call()
    }, delay)
    this.#timers.add(timer)
    return () => {
      clearTimeout(timer)
      this.#timers.delete(timer)
    }
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }
}
