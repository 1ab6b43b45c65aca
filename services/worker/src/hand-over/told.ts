/**
 * Places told of at a time. What is handed to a worker that has just died waits for its lease to run out, so that there
 * had better not be many; a live one tells of more as soon as half are taken.
 */
const MOST_TOLD = 16

/** Owns: how many places of one kind others have last been told of, and how many of those are not taken yet. */
export class Told {
  #told = 0
  #open = 0

  /** @returns how many to tell of. */
  tell(free: number): number {
    this.#told = Math.min(free, MOST_TOLD)
    this.#open = this.#told
    return this.#told
  }

  taken(): void {
    this.#open -= 1
  }

  /** Whether it is time to tell again. Told of none, nobody hands anything over: say so as soon as that has changed. */
  isLow(free: number): boolean {
    return this.#told === 0 ? free > 0 : this.#open <= this.#told / 2
  }
}
