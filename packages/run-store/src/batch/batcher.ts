/**
 * Owns the waiting items of one kind of statement and decides when they leave, together.
 * Does not own their results, nor retries: `run` does.
 *
 * 1. Leading edge: with nothing in flight, a batch leaves at the end of this turn of the event loop, so a lone
 *    item waits for nothing.
 * 2. Group commit: with a batch in flight, items gather until the window is over or a batch is full.
 * 3. At most `maxInFlight` batches are in flight, and no two items of one key at the same time.
 * 4. Items of one key leave in the order they came.
 */
export interface BatcherOptions<T> {
  readonly windowMs: number
  readonly maxItems: number
  readonly maxInFlight: number
  /** A batch ends before the item that would take it over; a larger item goes alone. Default: no limit. */
  readonly maxBytes?: number
  readonly bytesOf?: (item: T) => number
  /** Default: items have nothing to do with each other. */
  readonly keyOf?: (item: T) => string
  /** Must not reject: every item's own promise carries its outcome. */
  readonly run: (items: readonly T[]) => Promise<void>
}

export class Batcher<T> {
  readonly #options: BatcherOptions<T>
  readonly #busy = new Set<string>()
  #queue: T[] = []
  #queuedBytes = 0
  #inFlight = 0
  #immediate: NodeJS.Immediate | undefined
  #window: NodeJS.Timeout | undefined
  #idleListeners: (() => void)[] = []

  constructor(options: BatcherOptions<T>) {
    this.#options = options
  }

  /** Items that wait. */
  get size(): number {
    return this.#queue.length
  }

  get isBusy(): boolean {
    return this.#queue.length > 0 || this.#inFlight > 0
  }

  add(item: T): void {
    this.#queue.push(item)
    this.#queuedBytes += this.#options.bytesOf?.(item) ?? 0
    this.#schedule()
  }

  /** Resolves once nothing waits and nothing is in flight. */
  idle(): Promise<void> {
    if (!this.isBusy) return Promise.resolve()
    return new Promise((resolve) => this.#idleListeners.push(resolve))
  }

  #schedule(): void {
    if (this.#queue.length === 0 || this.#inFlight >= this.#options.maxInFlight) return
    if (this.#inFlight === 0 || this.#isFull()) this.#immediate ??= setImmediate(() => this.#flush())
    else this.#window ??= setTimeout(() => this.#flush(), this.#options.windowMs)
  }

  #isFull(): boolean {
    const { maxItems, maxBytes = Number.POSITIVE_INFINITY } = this.#options
    return this.#queue.length >= maxItems || this.#queuedBytes >= maxBytes
  }

  #flush(): void {
    clearImmediate(this.#immediate)
    clearTimeout(this.#window)
    this.#immediate = undefined
    this.#window = undefined
    const batch = this.#take()
    if (batch.length === 0) return
    this.#inFlight += 1
    void this.#options.run(batch).finally(() => this.#landed(batch))
    this.#schedule()
  }

  #landed(batch: readonly T[]): void {
    const { keyOf } = this.#options
    this.#inFlight -= 1
    if (keyOf !== undefined) for (const item of batch) this.#busy.delete(keyOf(item))
    this.#schedule()
    if (this.#queue.length > 0 || this.#inFlight > 0) return
    for (const resolve of this.#idleListeners.splice(0)) resolve()
  }

  /** Items whose key is busy stay, and so do later ones of their key: it stays busy for the whole pass (4). */
  #take(): T[] {
    const { maxItems, maxBytes = Number.POSITIVE_INFINITY, bytesOf, keyOf } = this.#options
    const batch: T[] = []
    const rest: T[] = []
    let bytes = 0
    for (const [index, item] of this.#queue.entries()) {
      const key = keyOf?.(item)
      if (key !== undefined && this.#busy.has(key)) {
        rest.push(item)
        continue
      }
      const size = bytesOf?.(item) ?? 0
      if (batch.length === maxItems || (batch.length > 0 && bytes + size > maxBytes)) {
        rest.push(...this.#queue.slice(index))
        break
      }
      if (key !== undefined) this.#busy.add(key)
      batch.push(item)
      bytes += size
    }
    this.#queue = rest
    this.#queuedBytes -= bytes
    return batch
  }
}
