import { Failure, limitFailure } from '../../evaluator/failure.js'
import { NUMBER_WORDS, readWith } from '../pictures.js'
import { componentOf, DAYS, MAX_MILLIS, MONTHS, midnight, midnightOfWeek } from './calendar.js'
import { parseOffset } from './offset.js'
import { type Component, isName, type Part, parsePicture } from './picture.js'

const TIMESTAMP_CHARACTERS = 100
/** Parts whose end only backtracking finds. */
const OPEN_PARTS = 4

type Components = Map<string, number>

/**
 * Milliseconds since the epoch of a text that a picture describes; undefined where it does not fit. What the picture leaves
 * out before its largest unit is that of `now`, behind it the least. Throws a Failure for a date that is in no calendar,
 * and where two parts contradict each other: nothing rolls over.
 */
export function readDate(text: string, picture: string, now: number): number | undefined {
  if (text.length > TIMESTAMP_CHARACTERS) throw limitFailure(`a timestamp of ${text.length} characters`)
  const parts = parsePicture(picture)
  const components = match(text, parts)
  if (components === undefined || components.size === 0) return undefined
  const offset = components.get('Z') ?? components.get('z') ?? 0
  const local = dayOf(components, now) + timeOf(components, now)
  verify(components, local, text)
  const millis = local - offset * 60_000
  if (Math.abs(millis) > MAX_MILLIS)
    throw new Failure(`${JSON.stringify(text)} is beyond the years that can be counted`)
  return millis
}

function match(text: string, parts: readonly Part[]): Components | undefined {
  const open = parts.filter((part, at) => !('literal' in part) && isOpen(part, parts[at + 1])).length
  if (open > OPEN_PARTS) throw limitFailure(`a picture with more than ${OPEN_PARTS} parts of open width`)
  const pattern = parts.map(
    (part, at) => `(${'literal' in part ? literally(part.literal) : patternOf(part, parts[at + 1])})`,
  )
  const found = new RegExp(`^${pattern.join('')}$`, 'iu').exec(text)
  if (found === null) return undefined
  const components: Components = new Map()
  for (const [at, part] of parts.entries())
    if (!('literal' in part) && !'CE'.includes(part.letter))
      components.set(part.letter, read(found[at + 1]!, part))
  return components
}

const literally = (literal: string): string => literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

const isOpen = (part: Component, next: Part | undefined): boolean =>
  part.digits === 0 || (next !== undefined && 'literal' in next && /^\d/.test(next.literal))

const isDigits = (part: Part | undefined): boolean =>
  part !== undefined && !('literal' in part) && part.digits > 0 && !'Zz'.includes(part.letter)

function patternOf(part: Component, next: Part | undefined): string {
  const { letter, digits, presentation, width, modifier } = part
  if (letter === 'Z' || letter === 'z') return `${letter === 'z' ? 'GMT' : ''}(?:Z|[-+]\\d{1,2}(?::?\\d\\d)?)`
  if (letter === 'P') return '[ap]m'
  if (letter === 'C' || letter === 'E') return 'ISO'
  if (isName(part))
    return namesOf(part)
      .toSorted((a, b) => b.length - a.length)
      .join('|')
  if (digits > 0) {
    const most = isDigits(next)
      ? `{${(letter === 'Y' ? width.max : undefined) ?? Math.max(digits, width.min ?? 0)}}`
      : width.max === undefined
        ? '+'
        : `{1,${width.max}}`
    return `\\p{Nd}${most}${modifier === 'o' ? '(?:th|st|nd|rd)' : ''}`
  }
  return /^[wW]/.test(presentation) ? `(?:${NUMBER_WORDS}|and|[-, ])+` : '[a-z]+'
}

function namesOf({ letter, width, presentation }: Component): string[] {
  const names = letter === 'M' || letter === 'x' ? MONTHS : letter === 'F' ? DAYS : undefined
  if (names === undefined)
    throw new Failure(`[${letter}${presentation}] in a picture: only months and days have names`)
  return names.map((name) => name.slice(0, width.max))
}

function read(text: string, part: Component): number {
  const { letter, presentation, modifier, digits } = part
  if (letter === 'Z' || letter === 'z') return readOffset(text.replace(/^GMT/i, ''))
  if (letter === 'P') return text.toLowerCase() === 'pm' ? 1 : 0
  if (letter === 'f') return Number(text.padEnd(3, '0').slice(0, 3))
  if (isName(part)) return namesOf(part).findIndex((name) => name.toLowerCase() === text.toLowerCase()) + 1
  if (digits === 0 || modifier === 'o' || !/^[01]+$/.test(presentation))
    return readWith(text, presentation + (modifier === 'o' ? ';o' : ''))
  return letter === 'Y' ? readYear(text) : Number(text)
}

function readOffset(text: string): number {
  const [, sign = '', hours = '', minutes = ''] = /^([-+])(\d{1,2}):?(\d\d)?$/.exec(text) ?? []
  const offset = parseOffset(sign === '' ? text : `${sign}${hours.padStart(2, '0')}${minutes}`)
  if (offset === undefined) throw new Failure(`${text} is no offset from UTC`)
  return offset
}

/** Two digits are 1969 to 2068, as POSIX reads them. */
const readYear = (text: string): number =>
  text.length === 2 ? Number(text) + (Number(text) < 69 ? 2_000 : 1_900) : Number(text)

function dayOf(given: Components, now: number): number {
  const year = given.get('Y')
  if (given.has('W') || given.has('w') || given.has('x') || given.has('X')) return dayOfWeekDate(given)
  if (year !== undefined && given.has('d') && !given.has('M')) return midnight(year, 1, given.get('d')!)
  const [y, m, d] = fill(given, 'YMD', new Date(now), hasTime(given))
  return midnight(y!, m!, d!)
}

const hasTime = (given: Components): boolean => [...'PHhmsf'].some((letter) => given.has(letter))

function dayOfWeekDate(given: Components): number {
  const [year, week, day] = [given.get('X'), given.get('W'), given.get('F') ?? 1]
  if (year === undefined || week === undefined || given.has('x') || given.has('w'))
    throw new Failure('a week is read with its year only: [X] and [W], and [F] for the day')
  return midnightOfWeek(year, week, day)
}

function timeOf(given: Components, now: number): number {
  const isHalfDay = given.has('h') && !given.has('H')
  if (isHalfDay && !given.has('P')) throw underspecified()
  const time = new Map(given)
  if (isHalfDay) time.set('H', (given.get('h')! % 12) + (given.get('P') === 1 ? 12 : 0))
  const hasDate = [...'YMDdXxWwF'].some((letter) => given.has(letter))
  const [h, m, s, f] = fill(time, 'Hmsf', new Date(now), false, hasDate)
  return ((h! * 60 + m!) * 60 + s!) * 1_000 + f!
}

/** From the first unit that is given on, nothing may be left out in between. */
function fill(given: Components, letters: string, now: Date, goesOn: boolean, begun = false): number[] {
  let [isBegun, isOver] = [begun, false]
  const values = [...letters].map((letter) => {
    const value = given.get(letter)
    if (value === undefined) {
      isOver = isBegun
      return isBegun ? ('MD'.includes(letter) ? 1 : 0) : componentOf(now, letter)
    }
    if (isOver) throw underspecified()
    isBegun = true
    return value
  })
  if (isOver && goesOn) throw underspecified()
  return values
}

const underspecified = (): Failure =>
  new Failure('the picture leaves out a part between others, so that the text names no moment')

/** The date that came out must be the one that was written. */
function verify(given: Components, local: number, text: string): void {
  const date = new Date(local)
  for (const [letter, value] of given)
    if (!'Zz'.includes(letter) && componentOf(date, letter) !== value)
      throw new Failure(`${JSON.stringify(text)} is in no calendar: there is no such day or time`)
}
