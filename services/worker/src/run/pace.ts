/** Runs of W1 take the loop about 3 ms together. */
const A_TURN = 16
/** Milliseconds for which a worker that has met runs of two workspaces keeps its turns short. */
const SHARED_MS = 10_000

/**
 * Owns: how many runs begin in one turn of the event loop. A claim brings up to 200, and those that all begin at once
 * keep whatever else comes, such as another workspace's run, from being heard for as long as they take. While one workspace
 * has the worker to itself nobody gains by that, and what begins together is flushed together: HTTP calls went a seventh slower.
 */
export class Pace {
  readonly #now: () => number
  #last: string | undefined
  #sharedUntil = 0
  #begun = 0
  #waiting: (() => void)[] = []
  #scheduled = false

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** A run of this workspace has come. */
  met(workspaceId: string): void {
    if (this.#last !== undefined && this.#last !== workspaceId) this.#sharedUntil = this.#now() + SHARED_MS
    this.#last = workspaceId
  }

  /** Resolves when one more may begin: undefined means now. */
  next(): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#now() >= this.#sharedUntil) return undefined
    this.#schedule()
    if (this.#begun < A_TURN && this.#waiting.length === 0) {
      this.#begun += 1
      return undefined
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#turn())
  }

  #turn(): void {
    this.#scheduled = false
    const next = this.#waiting.splice(0, A_TURN)
    this.#begun = next.length
    if (next.length > 0) this.#schedule()
    for (const begin of next) begin()
  }
}
