/**
 * The durability barrier: a write step waits here until everything it depends on is durable
 * (design: Checkpoint). Released in order of seq as flushes come back.
 */
export class DurabilityBarrier {
  #durable: number
  #waiting: {
    readonly seq: number
    readonly release: () => void
    readonly refuse: (reason: unknown) => void
  }[] = []

  constructor(durable: number) {
    this.#durable = durable
  }

  get durable(): number {
    return this.#durable
  }

  passed(seq: number): boolean {
    return seq <= this.#durable
  }

  /** Resolves once `seq` is durable; rejects when the run is lost to this worker. */
  reached(seq: number): Promise<void> {
    if (this.passed(seq)) return Promise.resolve()
    return new Promise((release, refuse) => this.#waiting.push({ seq, release, refuse }))
  }

  advance(durable: number): void {
    this.#durable = durable
    const waiting = this.#waiting
    this.#waiting = []
    for (const waiter of waiting) {
      if (waiter.seq <= durable) waiter.release()
      else this.#waiting.push(waiter)
    }
  }

  break(reason: unknown): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const waiter of waiting) waiter.refuse(reason)
  }
}
