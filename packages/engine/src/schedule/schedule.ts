import { CronPattern } from './cron.js'
import { Zone } from './zone.js'

export interface ScheduleTimes {
  readonly cron: string
  /** An IANA name. */
  readonly timezone: string
}

/**
 * When a schedule fires, in the face of clocks that are put forward and back:
 *
 * 1. A time of the day that the clocks skip fires once, at the first instant after the gap, however many ticks of it
 *    were skipped.
 * 2. A time of the day that comes twice fires the first time only.
 * 3. A schedule that fires in each hour of the day is an interval: what the clocks skip is not made up for, and what
 *    they show twice fires twice.
 */
export class Schedule {
  readonly #pattern: CronPattern
  readonly #zone: Zone

  /** Throws Error for a cron expression or a zone that cannot be used. */
  constructor({ cron, timezone }: ScheduleTimes) {
    this.#pattern = new CronPattern(cron)
    this.#zone = new Zone(timezone)
  }

  /** The first tick strictly after `after`, in milliseconds since the epoch; undefined when there is none. */
  next(after: number): number | undefined {
    return this.#pattern.isHourly ? this.#nextOfInterval(after) : this.#nextOfDay(after)
  }

  /** The first instants of walls never go back while walls go on, so the first one after `after` is the answer. */
  #nextOfDay(after: number): number | undefined {
    let wall = this.#pattern.next(this.#zone.wallAt(after))
    while (wall !== undefined) {
      const instant = this.#zone.firstInstantOf(wall)
      if (instant > after) return instant
      wall = this.#pattern.next(wall)
    }
    return undefined
  }

  #nextOfInterval(after: number): number | undefined {
    const next = this.#nextShown(after)
    const fold = this.#zone.nextFold(after)
    if (fold === undefined || (next !== undefined && next < fold)) return next
    // From the fold on the clocks show once more what they have shown.
    const shown = this.#zone.wallAt(fold)
    const wall = this.#pattern.next(shown - 1_000)
    const again = wall === undefined ? undefined : fold + (wall - shown)
    return again !== undefined && (next === undefined || again < next) ? again : next
  }

  #nextShown(after: number): number | undefined {
    let wall = this.#pattern.next(this.#zone.wallAt(after))
    while (wall !== undefined) {
      const instant = this.#zone.instantsOf(wall).find((each) => each > after)
      if (instant !== undefined) return instant
      wall = this.#pattern.next(wall)
    }
    return undefined
  }
}
