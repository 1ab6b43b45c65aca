/**
 * Database time without asking for it (D8): the reading taken at the last claim or lease renewal, plus this
 * process's monotonic delta. No process's wall clock is stored or compared.
 */
export class DatabaseClock {
  #base: number
  #takenAt: number

  constructor(
    databaseNow: number,
    private readonly monotonic: () => number = () => performance.now(),
  ) {
    this.#base = databaseNow
    this.#takenAt = monotonic()
  }

  /** Takes a newer reading. Time never runs backwards for the runs of this process. */
  sample(databaseNow: number): void {
    const present = this.now()
    this.#takenAt = this.monotonic()
    this.#base = Math.max(present, databaseNow)
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return Math.floor(this.#base + this.monotonic() - this.#takenAt)
  }
}
