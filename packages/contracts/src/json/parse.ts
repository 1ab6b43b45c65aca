import { MillraceError } from '../errors.js'
import { readExactly } from './read-exactly.js'
import { endOfString, pointerTo } from './text.js'
import type { Json } from './value.js'

/** Sixteen digits in a row may be more than a double holds, and so may an exponent of two. */
const EXPONENT = /\de\+?\d\d/i
/** The same where a number may begin, so not in the middle of an id. Slower, and asked second. */
const NUMBER = /(?:^|[:[,\s])-?(?:\d{16}|\d+(?:\.\d+)?e\+?\d\d)/i
const DIGITS = 16

/**
 * Reads JSON text. An integer beyond ±(2^53 − 1) comes as a bigint with its digits; every other number is the double
 * nearest to it (RFC 8259, section 6), so that 1.0 is 1 and digits beyond the seventeenth are lost.
 * Looking for the former costs a seventh of what JSON.parse costs.
 * @throws SyntaxError when the text is not JSON; NUMBER_TOO_LARGE, with the number's path, beyond ±1.8e308.
 */
export const parseJson = (text: string): Json => {
  const value: Json = JSON.parse(text)
  return mayHold(text) && numbersMayHold(text) ? readExactly(text) : value
}

/**
 * Reads JSON that Millrace has not written: as `parseJson` does, and without a key called `__proto__`.
 * @throws also MALFORMED_JSON, with the key's path.
 */
export const parseForeignJson = (text: string): Json => {
  const value = parseJson(text)
  // Only these two can spell it, so almost no text pays for the walk.
  if (text.includes('__proto__') || text.includes('\\u')) refuseProto(value)
  return value
}

/**
 * `__proto__` is the one key that a plain assignment turns into something else than data.
 * @throws MALFORMED_JSON, with the key's path.
 */
export const refuseProto = (value: Json, path = ''): void => {
  const where = protoPath(value, path)
  if (where !== undefined)
    throw new MillraceError('MALFORMED_JSON', `The key __proto__ is not accepted (at ${where})`)
}

/** JSON pointer of the first key called `__proto__`; undefined without one. */
export const protoPath = (value: Json, path = ''): string | undefined => {
  if (value === null || typeof value !== 'object') return undefined
  for (const key of Object.keys(value)) {
    const where = path + pointerTo(key)
    if (key === '__proto__') return where
    const inside = protoPath((value as { [key: string]: Json })[key] ?? null, where)
    if (inside !== undefined) return inside
  }
  return undefined
}

const mayHold = (text: string): boolean => (hasLongDigits(text) || EXPONENT.test(text)) && NUMBER.test(text)

/** Every run of that many digits stands at one of the places that this looks at: a regular expression looks at all. */
const hasLongDigits = (text: string): boolean => {
  let at = DIGITS - 1
  while (at < text.length) {
    let end = at
    let start = at
    while (isDigit(text.charCodeAt(end))) end += 1
    if (end > at) while (isDigit(text.charCodeAt(start - 1))) start -= 1
    if (end - start >= DIGITS) return true
    at = end + DIGITS
  }
  return false
}

const isDigit = (code: number): boolean => code > 0x2f && code < 0x3a

/** Texts hold such digits, too, so the strings are left out before a slower reader is asked. */
const numbersMayHold = (text: string): boolean => {
  let at = 0
  while (true) {
    const quote = text.indexOf('"', at)
    if (mayHold(text.slice(at, quote < 0 ? undefined : quote))) return true
    if (quote < 0) return false
    at = endOfString(text, quote)
  }
}
