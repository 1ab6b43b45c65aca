/** The calendar that ISO 8601 uses, before 1582 too. Every number is of UTC. */

export const DAY_MS = 86_400_000
/** What a Date holds at most, either side of 1970. */
export const MAX_MILLIS = 8_640_000_000_000_000

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
export const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** Midnight of a day; years below 100 are those years. Days and months beyond their range roll over. */
export const midnight = (year: number, month: number, day: number): number =>
  new Date(0).setUTCFullYear(year, month - 1, day)

/** 1 is Monday, 7 is Sunday. */
const isoDay = (date: Date): number => date.getUTCDay() || 7

/** A week belongs to the year, and to the month, of its Thursday. */
const thursdayOf = (date: Date): Date => new Date(date.getTime() + (4 - isoDay(date)) * DAY_MS)

export const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - midnight(date.getUTCFullYear(), 1, 1)) / DAY_MS) + 1

export const isoWeek = (date: Date): number => Math.ceil(dayOfYear(thursdayOf(date)) / 7)

/** Midnight of a day of an ISO week. */
export function midnightOfWeek(year: number, week: number, day: number): number {
  const inFirstWeek = new Date(midnight(year, 1, 4))
  return inFirstWeek.getTime() + ((week - 1) * 7 + day - isoDay(inFirstWeek)) * DAY_MS
}

/** What a picture names by a letter, of the local time that `date` holds as if it were UTC. */
export function componentOf(date: Date, letter: string): number {
  switch (letter) {
    case 'Y':
      return date.getUTCFullYear()
    case 'M':
      return date.getUTCMonth() + 1
    case 'D':
      return date.getUTCDate()
    case 'd':
      return dayOfYear(date)
    case 'F':
      return isoDay(date)
    case 'W':
      return isoWeek(date)
    case 'X':
      return thursdayOf(date).getUTCFullYear()
    case 'w':
      return Math.ceil(thursdayOf(date).getUTCDate() / 7)
    case 'x':
      return thursdayOf(date).getUTCMonth() + 1
    default:
      return timeComponentOf(date, letter)
  }
}

function timeComponentOf(date: Date, letter: string): number {
  switch (letter) {
    case 'H':
      return date.getUTCHours()
    case 'h':
      return date.getUTCHours() % 12 || 12
    case 'P':
      return date.getUTCHours() < 12 ? 0 : 1
    case 'm':
      return date.getUTCMinutes()
    case 's':
      return date.getUTCSeconds()
    default:
      return date.getUTCMilliseconds()
  }
}
