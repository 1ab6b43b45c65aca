import jsonata from 'jsonata'
import { spend } from '../evaluator/budget.js'
import { Failure, limitFailure } from '../evaluator/failure.js'
import type { Run } from '../evaluator/frame.js'
import type { Numeric } from '../evaluator/operators/compare.js'
import { nameValue } from '../evaluator/wording.js'
import { requireDouble } from './numbers.js'

/**
 * Numbers as words, Roman numerals, letters and decimal pictures, by JSONata's own code; what that gets wrong without a
 * word is put right or refused here.
 */
interface Theirs {
  readonly implementation: (...args: unknown[]) => unknown
}
const theirs = async (name: string): Promise<Theirs['implementation']> =>
  ((await jsonata(`$${name}`).evaluate({})) as Theirs).implementation
const [theirInteger, theirParse, theirNumber] = await Promise.all([
  theirs('formatInteger'),
  theirs('parseInteger'),
  theirs('formatNumber'),
])

const PICTURE_CHARACTERS = 200
/** What reading a picture and working by it costs. */
const PICTURE_STEPS = 50

/** The words of English numbers, as a regular expression: longer ones first. */
export const NUMBER_WORDS = (
  'zeroth zero first one second two third three fourth four fifth five sixteenth sixteen sixtieth sixty sixth six ' +
  'seventeenth seventeen seventieth seventy seventh seven eighteenth eighteen eightieth eighty eighth eight ' +
  'nineteenth nineteen ninetieth ninety ninth nine tenth ten eleventh eleven twelfth twelve thirteenth thirteen ' +
  'fourteenth fourteen fifteenth fifteen twentieth twenty thirtieth thirty fortieth forty fiftieth fifty ' +
  'hundredth hundred thousandth thousand millionth million billionth billion trillionth trillion'
).replaceAll(' ', '|')

/** Their errors are `{ code, value }`, whose texts stay inside the library. */
function ask(work: () => unknown, caller: string, picture: string): unknown {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError)
      throw limitFailure(`${caller} with the picture ${JSON.stringify(picture)}`)
    throw new Failure(`${caller} knows no way to write a number as ${JSON.stringify(picture)}`)
  }
}

function checkPicture(picture: string): void {
  spend(PICTURE_STEPS)
  if (picture.length > PICTURE_CHARACTERS) throw limitFailure(`a picture of ${picture.length} characters`)
}

const LETTERED = /^[aAiI](?:;|$)/
const WORDED = /^[wW]w?(?:;|$)/

/** An integer by a picture: `w`, `I`, `a`, `#,##0`, with `;o` behind it as an ordinal. */
export function formatWith(value: number, picture: string, caller = '$formatInteger'): string {
  checkPicture(picture)
  const most = LETTERED.test(picture) ? 1e6 : Number.MAX_SAFE_INTEGER
  if (Math.abs(value) > most)
    throw new Failure(`${caller} cannot write ${value} with the picture ${JSON.stringify(picture)}`)
  if (LETTERED.test(picture) && value < 1)
    throw new Failure(`${caller} has no letters or numerals for ${value}`)
  return String(ask(() => theirInteger(value, picture), caller, picture))
}

export function formatInteger(_: Run, value: Numeric | undefined, picture: string): string | undefined {
  if (value === undefined) return undefined
  requireDouble('formatInteger', value)
  return formatWith(Math.floor(Number(value)), picture)
}

/** The integer of a text by its picture. Throws a Failure for a text that the picture would not have written. */
export function readWith(text: string, picture: string): number {
  checkPicture(picture)
  const isDigits = !LETTERED.test(picture) && !WORDED.test(picture)
  const plain = isDigits ? digitsOf(text, picture) : text
  const value = isDigits
    ? Number(plain)
    : Number(ask(() => theirParse(casedFor(plain, picture), picture), '$parseInteger', picture))
  if (Number.isSafeInteger(value) && (isDigits ? /^-?\d+$/.test(plain) : isWrittenAs(text, value, picture)))
    return value
  throw new Failure(`${nameValue(text)} is no integer of the picture ${JSON.stringify(picture)}`)
}

const casedFor = (text: string, picture: string): string => {
  if (WORDED.test(picture)) return text.toLowerCase()
  return /^[AI]/.test(picture) ? text.toUpperCase() : text.toLowerCase()
}

/** The same number in words may be put in several ways; the words themselves must be right. */
function isWrittenAs(text: string, value: number, picture: string): boolean {
  if (!WORDED.test(picture)) return formatWith(value, picture).toLowerCase() === text.toLowerCase()
  return new RegExp(`^(?:${NUMBER_WORDS})(?:(?:, | and |[ -])(?:${NUMBER_WORDS}))*$`, 'i').test(text)
}

/** ASCII digits of a text whose picture gives the digits' family and what groups them. */
function digitsOf(text: string, picture: string): string {
  const [primary = '', modifier] = picture.split(/;(?=[^;]*$)/)
  const separators = new Set([...primary].filter((each) => !/\p{Nd}|#/u.test(each)))
  const bare = modifier?.startsWith('o') ? withoutOrdinal(text) : text
  return [...bare]
    .filter((each) => !separators.has(each))
    .map((each) => (/\p{Nd}/u.test(each) ? String(digitValue(each)) : each))
    .join('')
}

function withoutOrdinal(text: string): string {
  const bare = text.replace(/(?:st|nd|rd|th)$/i, '')
  const right = /^-?\d+$/.test(bare) ? formatWith(Number(bare), '0;o') : text
  return right.toLowerCase() === text.toLowerCase().replace(/^0+(?=\d)/, '') ? bare : `${text}?`
}

/** Every family of digits in Unicode stands in a row of ten that begins at a multiple which the ASCII test finds. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0)!
  let zero = code
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
  return code - zero
}

export function parseInteger(_: Run, text: string | undefined, picture: string): number | undefined {
  return text === undefined ? undefined : readWith(text, picture)
}

const OPTIONS: ReadonlySet<string> = new Set(
  (
    'decimal-separator grouping-separator exponent-separator infinity minus-sign NaN percent per-mille zero-digit digit ' +
    'pattern-separator'
  ).split(' '),
)
/** Stand for the signs while the number is written: the number is scaled here, in its digits. */
const STAND_IN = '\ue000'

/** docs.jsonata.org/numeric-functions: `#,##0.00`, `0%`, `0.0e0`; what is for negative numbers behind a `;`. */
export function formatNumber(
  _: Run,
  value: Numeric | undefined,
  picture: string,
  options: Record<string, unknown> = {},
): string | undefined {
  if (value === undefined) return undefined
  checkPicture(picture)
  requireDouble('formatNumber', value)
  for (const [name, sign] of Object.entries(options))
    if (
      !OPTIONS.has(name) ||
      typeof sign !== 'string' ||
      (sign.length !== 1 && !/^(?:infinity|NaN|percent|per-mille)$/.test(name))
    )
      throw new Failure(`$formatNumber has no option ${JSON.stringify(name)} with ${nameValue(sign)}`)
  const exponent = String(options['exponent-separator'] ?? 'e')
  if (Math.abs(Number(value)) >= 1e21 && !picture.includes(exponent))
    throw new Failure(`$formatNumber cannot write ${value} without an exponent`)
  const [percent, perMille] = [String(options['percent'] ?? '%'), String(options['per-mille'] ?? '‰')]
  const scaled = picture.includes(percent) ? percent : picture.includes(perMille) ? perMille : undefined
  if (
    scaled === undefined ||
    picture.includes(exponent) ||
    picture.split(scaled).length > 2 ||
    (picture.includes(percent) && picture.includes(perMille))
  )
    return String(ask(() => theirNumber(value, picture, options), '$formatNumber', picture))
  const shifted = shift(Number(value), scaled === percent ? 2 : 3)
  const written = ask(
    () => theirNumber(shifted, picture.replace(scaled, STAND_IN), options),
    '$formatNumber',
    picture,
  )
  return String(written).replace(STAND_IN, scaled)
}

/** In the digits that are written: 0.575 × 100 is 57.5, and not 57.49999999999999. */
function shift(value: number, places: number): number {
  const [digits = '', power = '0'] = String(value).split('e')
  return Number(`${digits}e${Number(power) + places}`)
}
