import { Schedule } from '@millrace/engine/schedule'
import type { ScheduleParams } from '@millrace/nodes'

export interface DueSchedule extends Pick<ScheduleParams, 'cron' | 'timezone' | 'misfire'> {
  /** The first tick not yet fired, milliseconds since the epoch. */
  readonly nextAt: number
}

export interface DueTick {
  /** The tick to fire; undefined when the schedule would rather skip it. */
  readonly fire: number | undefined
  /** The tick after it; undefined when there is none. */
  readonly next: number | undefined
}

const MINUTE = 60_000
/** A tick later than this was missed; `misfire: 'skip'` then waits for the next one. */
const MISSED_AFTER_MS = MINUTE
/** How far back to look for the latest missed tick, nearest first: a look steps over at most some 60 ticks. */
const LOOKBACKS = [MINUTE, 60 * MINUTE, 24 * 60 * MINUTE, 31 * 24 * 60 * MINUTE, 5 * 366 * 24 * 60 * MINUTE]

/**
 * What a schedule that is due at `now` does: however many ticks went by, only the latest fires.
 * @param now milliseconds since the epoch, by the database's clock (D8)
 */
export const decideTick = (schedule: DueSchedule, now: number): DueTick => {
  const times = new Schedule(schedule)
  const latest = latestTick(times, schedule.nextAt, now)
  const skipped = schedule.misfire === 'skip' && now - latest > MISSED_AFTER_MS
  return {
    fire: skipped ? undefined : latest,
    next: times.next(now),
  }
}

const latestTick = (times: Schedule, due: number, now: number): number => {
  for (const lookback of LOOKBACKS) {
    const from = Math.max(due, now - lookback)
    const latest = lastTickBetween(times, from, now)
    if (latest !== undefined) return latest
    if (from === due) break
  }
  return due
}

/** The last tick in (from, to], or undefined. */
const lastTickBetween = (times: Schedule, from: number, to: number): number | undefined => {
  let last: number | undefined
  let tick = times.next(from)
  while (tick !== undefined && tick <= to) {
    last = tick
    tick = times.next(tick)
  }
  return last
}
