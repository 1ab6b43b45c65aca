import { Failure } from '../../evaluator/failure.js'
import type { Run } from '../../evaluator/frame.js'
import type { Numeric } from '../../evaluator/operators/compare.js'
import { nameCount } from '../../evaluator/wording.js'
import { MAX_MILLIS } from './calendar.js'
import { formatDate } from './format.js'
import { formatIso, parseIso } from './iso.js'
import { requireOffset } from './offset.js'
import { readDate } from './read.js'

/** Without a picture ISO 8601. The timezone is an offset from UTC. */
export function fromMillis(
  _: Run,
  millis: Numeric | undefined,
  picture?: string,
  timezone?: string,
): string | undefined {
  if (millis === undefined) return undefined
  const whole = Math.floor(Number(millis))
  const offset = timezone === undefined ? 0 : requireOffset(timezone)
  if (Math.abs(whole) > MAX_MILLIS || Math.abs(whole + offset * 60_000) > MAX_MILLIS)
    throw new Failure(
      `$fromMillis cannot show ${millis}: there are dates only up to ${nameCount(MAX_MILLIS)} milliseconds before and after 1970`,
    )
  return picture === undefined ? formatIso(whole, offset) : formatDate(whole, picture, offset)
}

export const now = (run: Run, picture?: string, timezone?: string): string =>
  fromMillis(run, run.now, picture, timezone)!

export const millis = (run: Run): number => run.now

export function toMillis(run: Run, timestamp: string | undefined, picture?: string): number | undefined {
  if (timestamp === undefined) return undefined
  return picture === undefined ? parseIso(timestamp) : readDate(timestamp, picture, run.now)
}
