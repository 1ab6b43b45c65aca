interface Waiting<T> {
  readonly item: T
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Bounds one statement; beyond it the gain per item is gone anyway. */
const MAX_ITEMS = 256

/**
 * Group commit: at most one `send` is under way; what arrives meanwhile goes out together in the next, in order.
 * A busy writer so pays one round trip for many items, and an idle one waits for nothing.
 */
export class Batcher<T> {
  readonly #send: (items: T[]) => Promise<void>
  readonly #waiting: Waiting<T>[] = []
  #sending = false

  constructor(send: (items: T[]) => Promise<void>) {
    this.#send = send
  }

  /** Settles as the `send` that carried the item. */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      if (!this.#sending) void this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#sending = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_ITEMS)
      try {
        await this.#send(batch.map(({ item }) => item))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#sending = false
  }
}
