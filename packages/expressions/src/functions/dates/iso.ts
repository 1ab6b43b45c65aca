import { Failure } from '../../evaluator/failure.js'
import { DAY_MS, dayOfYear, isoWeek, midnight, midnightOfWeek } from './calendar.js'
import { parseOffset } from './offset.js'

const DATE = /^(\d{4}|[+-]\d{6})(?:-(\d\d)(?:-(\d\d))?|-W(\d\d)(?:-([1-7]))?|-(\d{3}))?$/
const TIME = /^(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?$/

/**
 * Milliseconds since the epoch of a timestamp of ISO 8601: a year, month or day, a week date (`2026-W07-1`) or an ordinal
 * date (`2026-045`), and if it has one a time with its offset; without an offset it is UTC. Fractions beyond
 * milliseconds are cut. Throws a Failure for what is written otherwise, and for what is in no calendar.
 */
export function parseIso(text: string): number {
  const [date = '', rest] = text.split(/[Tt]/, 2)
  const day = parseDate(date)
  const millis = day === undefined || text.split(/[Tt]/).length > 2 ? undefined : withTime(day, rest)
  if (millis !== undefined && Math.abs(millis) <= 8.64e15) return millis
  throw new Failure(
    `${JSON.stringify(text.slice(0, 60))} is no timestamp of ISO 8601, such as 2026-01-31T12:00:00Z`,
  )
}

function parseDate(text: string): number | undefined {
  const [, year, month, day, week, weekday, ordinal] = DATE.exec(text) ?? []
  if (year === undefined || year === '-000000') return undefined
  const number = Number(year)
  if (week !== undefined) return checkWeek(number, Number(week), Number(weekday ?? 1))
  if (ordinal !== undefined) return checkOrdinal(number, Number(ordinal))
  return checkDay(number, Number(month ?? 1), Number(day ?? 1))
}

function checkDay(year: number, month: number, day: number): number | undefined {
  const millis = midnight(year, month, day)
  const date = new Date(millis)
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day ? millis : undefined
}

function checkWeek(year: number, week: number, day: number): number | undefined {
  const millis = midnightOfWeek(year, week, day)
  return week >= 1 && isoWeek(new Date(millis)) === week ? millis : undefined
}

function checkOrdinal(year: number, day: number): number | undefined {
  const millis = midnight(year, 1, day)
  return dayOfYear(new Date(millis)) === day && new Date(millis).getUTCFullYear() === year
    ? millis
    : undefined
}

function withTime(day: number, text: string | undefined): number | undefined {
  if (text === undefined) return day
  const zoneAt = text.search(/[Zz+-]/)
  const offset = zoneAt < 0 ? 0 : parseOffset(text.slice(zoneAt))
  const [, hours, minutes = '0', seconds = '0', fraction = '0'] =
    TIME.exec(zoneAt < 0 ? text : text.slice(0, zoneAt)) ?? []
  if (hours === undefined || offset === undefined) return undefined
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds)]
  const ofDay = ((h * 60 + m) * 60 + s) * 1_000 + Number(fraction.padEnd(3, '0').slice(0, 3))
  // 24:00 is the end of the day, and nothing lies behind it.
  if (h > 24 || m > 59 || s > 59 || ofDay > DAY_MS) return undefined
  return day + ofDay - offset * 60_000
}

/** `2026-01-31T12:00:00.000Z`, or with the offset. Years of more than four digits have a sign and six. */
export function formatIso(millis: number, offset: number): string {
  const text = new Date(millis + offset * 60_000).toISOString()
  if (offset === 0) return text
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60]
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${text.slice(0, -1)}${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`
}
