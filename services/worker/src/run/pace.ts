/** Runs of W1 take the loop about 3 ms together. */
const A_TURN = 16

/**
 * Owns: how many runs begin in one turn of the event loop. A claim brings up to 200, and those that all begin at once
 * keep whatever else comes, such as another workspace's run, from being heard for as long as they take.
 */
export class Pace {
  #begun = 0
  #waiting: (() => void)[] = []
  #scheduled = false

  /** Resolves when one more may begin: undefined means now. */
  next(): Promise<void> | undefined {
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
