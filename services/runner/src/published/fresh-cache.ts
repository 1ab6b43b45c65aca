/**
 * A bounded cache whose answers are at most `maxAgeMs` old.
 *
 * Owns its entries and the loads under way: one a key, however many ask. An entry past half its age is loaded again
 * in the background, so that a key in steady use never waits. Misses (undefined) are not kept: what has just been
 * published is found at once, and unknown keys take no room.
 */
export interface FreshCacheOptions<V> {
  readonly load: (key: string) => Promise<V | undefined>
  readonly maxAgeMs: number
  readonly maxEntries: number
  /** Milliseconds, monotonic. */
  readonly now: () => number
}

interface Entry<V> {
  readonly value: V
  readonly loadedAt: number
}

export class FreshCache<V> {
  readonly #options: FreshCacheOptions<V>
  readonly #entries = new Map<string, Entry<V>>()
  readonly #loading = new Map<string, Promise<V | undefined>>()

  constructor(options: FreshCacheOptions<V>) {
    this.#options = options
  }

  get size(): number {
    return this.#entries.size
  }

  /** @throws what loading throws, when there is no fresh entry. */
  async get(key: string): Promise<V | undefined> {
    const entry = this.#entries.get(key)
    const age = entry === undefined ? Number.POSITIVE_INFINITY : this.#options.now() - entry.loadedAt
    if (entry === undefined || age >= this.#options.maxAgeMs) return await this.#load(key)
    // A refresh that fails changes nothing: the next caller past the age waits for its own and sees the error.
    if (age >= this.#options.maxAgeMs / 2) this.#load(key).catch(() => undefined)
    return entry.value
  }

  #load(key: string): Promise<V | undefined> {
    const running = this.#loading.get(key)
    if (running !== undefined) return running
    const loadedAt = this.#options.now()
    const loading = this.#options
      .load(key)
      .then((value) => {
        this.#entries.delete(key)
        if (value !== undefined) this.#keep(key, { value, loadedAt })
        return value
      })
      .finally(() => this.#loading.delete(key))
    this.#loading.set(key, loading)
    return loading
  }

  /** The oldest load goes first: Map keeps the order of insertion. */
  #keep(key: string, entry: Entry<V>): void {
    if (this.#entries.size >= this.#options.maxEntries) {
      const oldest = this.#entries.keys().next()
      if (!oldest.done) this.#entries.delete(oldest.value)
    }
    this.#entries.set(key, entry)
  }
}
