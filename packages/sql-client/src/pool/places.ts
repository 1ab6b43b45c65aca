/**
 * Owns the places of one pool: who may use a connection now, and who waits. Knows nothing of connections.
 *
 * 1. At most `limit` places are taken.
 * 2. Who has a place already leaves the last `kept` to others: ten slow statements of one workflow never keep the quick
 *    one of another waiting.
 * 3. Those who wait take turns, one of each user after the other.
 */
export class Places {
  readonly #taken = new Map<string, number>()
  /** In the order of their turns. */
  readonly #waiting = new Map<string, Set<() => void>>()
  #total = 0

  constructor(
    private readonly limit: number,
    private readonly kept: number,
  ) {}

  /** Nobody has or wants a place. */
  get idle(): boolean {
    return this.#total === 0 && this.#waiting.size === 0
  }

  /** Waits for a place; gives what hands it back. Rejects with the signal's reason. */
  take(user: string, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const begin = () => {
        signal.removeEventListener('abort', giveUp)
        this.#total++
        this.#taken.set(user, (this.#taken.get(user) ?? 0) + 1)
        resolve(() => this.#handBack(user))
      }
      const giveUp = () => {
        this.#forget(user, begin)
        reject(signal.reason)
      }
      if (this.#mayTake(user) && !this.#waiting.has(user)) return begin()
      signal.addEventListener('abort', giveUp, { once: true })
      const queue = this.#waiting.get(user) ?? new Set()
      this.#waiting.set(user, queue.add(begin))
    })
  }

  #mayTake(user: string): boolean {
    const free = this.limit - this.#total
    return free > (this.#taken.has(user) ? this.kept : 0)
  }

  #handBack(user: string): void {
    this.#total--
    const left = (this.#taken.get(user) ?? 1) - 1
    if (left === 0) this.#taken.delete(user)
    else this.#taken.set(user, left)
    this.#admit()
  }

  #admit(): void {
    for (;;) {
      const next = [...this.#waiting.keys()].find((user) => this.#mayTake(user))
      if (next === undefined) return
      const queue = this.#waiting.get(next) ?? new Set()
      const [begin] = queue
      // To the end of the line, whoever is next in this queue.
      this.#waiting.delete(next)
      if (begin !== undefined) queue.delete(begin)
      if (queue.size > 0) this.#waiting.set(next, queue)
      begin?.()
    }
  }

  #forget(user: string, begin: () => void): void {
    const queue = this.#waiting.get(user)
    queue?.delete(begin)
    if (queue?.size === 0) this.#waiting.delete(user)
  }
}
