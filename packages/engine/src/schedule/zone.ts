/**
 * The clocks of a time zone, as Intl knows them. A *wall* is what they show, written as the milliseconds since the epoch
 * of the same reading in UTC; an *instant* is real milliseconds since the epoch.
 */

const HOUR = 3_600_000
/** Further than any zone is from UTC, and than the clocks have ever been moved at once. */
const FAR = 48 * HOUR
/** The clocks are never put back by more than this. */
const LARGEST_FOLD = 4 * HOUR

export class Zone {
  readonly #format: Intl.DateTimeFormat

  /** Throws RangeError for what is no IANA name. */
  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  }

  wallAt(instant: number): number {
    return instant + this.#offsetAt(instant)
  }

  /** When the clocks show this: once as a rule, twice where they were put back, never where they were put forward. */
  instantsOf(wall: number): number[] {
    const offsets = new Set([this.#offsetAt(wall - FAR), this.#offsetAt(wall + FAR)])
    return [...offsets]
      .map((offset) => wall - offset)
      .filter((instant) => this.wallAt(instant) === wall)
      .sort((a, b) => a - b)
  }

  /** When the clocks show this for the first time; where they never do, the first instant after they were put forward. */
  firstInstantOf(wall: number): number {
    const [first] = this.instantsOf(wall)
    return first ?? this.#change(wall - this.#offsetAt(wall + FAR), wall - this.#offsetAt(wall - FAR))
  }

  /** The instant within the next hours at which the clocks are put back; undefined when they are not. */
  nextFold(after: number): number | undefined {
    const later = after + LARGEST_FOLD
    return this.#offsetAt(later) < this.#offsetAt(after) ? this.#change(after, later) : undefined
  }

  /** The first instant with the offset of `high`; `low` has another one, and there is one change between them. */
  #change(low: number, high: number): number {
    const offset = this.#offsetAt(high)
    let [before, after] = [low, high]
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2)
      if (this.#offsetAt(middle) === offset) after = middle
      else before = middle
    }
    return after
  }

  #offsetAt(instant: number): number {
    const [, sign, hours, minutes, seconds = 0] = OFFSET.exec(this.#format.format(instant)) ?? []
    if (sign === undefined) return 0
    const size = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1_000
    return sign === '-' ? -size : size
  }
}

const OFFSET = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/
