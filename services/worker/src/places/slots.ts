interface Waiter {
  readonly priority: number
  readonly enter: () => void
}

/** A counted permit. Of those who wait the one with the smallest priority comes first, then the first to come (D19). */
export class Slots {
  #free: number
  #onFree: () => void = () => {}
  readonly #waiting: Waiter[] = []

  constructor(size: number) {
    if (!Number.isInteger(size) || size < 1)
      throw new RangeError('a worker needs a concurrency of at least 1')
    this.#free = size
  }

  /** Called when one becomes free that nobody waits for. */
  onFree(listener: () => void): void {
    this.#onFree = listener
  }

  get free(): number {
    return this.#free
  }

  /** False when there is none: nobody who waits is overtaken. */
  tryAcquire(): boolean {
    if (this.#free === 0) return false
    this.#free--
    return true
  }

  acquire(priority = 0): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return Promise.resolve()
    }
    return new Promise((enter) => {
      const before = this.#waiting.findLastIndex((each) => each.priority <= priority)
      this.#waiting.splice(before + 1, 0, { priority, enter })
    })
  }

  release(): void {
    const next = this.#waiting.shift()
    if (next !== undefined) return next.enter()
    this.#free++
    this.#onFree()
  }
}
