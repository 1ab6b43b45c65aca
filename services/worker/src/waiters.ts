/** Those who wait for one thing to happen: all of them are told. */
export class Waiters {
  readonly #waiting = new Set<() => void>()

  /** Resolves at the next `tell`, or after the grace (milliseconds), if there is one. */
  next(graceMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const told = () => {
        clearTimeout(timer)
        this.#waiting.delete(told)
        resolve()
      }
      const timer = graceMs === undefined ? undefined : setTimeout(told, graceMs)
      this.#waiting.add(told)
    })
  }

  tell(): void {
    for (const told of this.#waiting) told()
  }
}
