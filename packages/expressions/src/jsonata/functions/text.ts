import { SEARCH_STEPS, SEQUENCE_ITEMS, STRING_CHARACTERS } from '../../limits.js'
import { checkTime, limitError } from '../budget.js'
import type { Builtin } from './builtin.js'

/** Loops look at the clock once in so many rounds. */
const ROUNDS = 4_096

const tooLong = (what: string, characters: number) => limitError(`${what} of ${characters} characters`)

export function pad(text: string | undefined, width: number, filler?: string): string | undefined {
  if (text === undefined) return undefined
  const wanted = Math.abs(Math.trunc(width))
  if (wanted > STRING_CHARACTERS) throw tooLong('$pad to a text', wanted)
  const missing = wanted - countCharacters(text)
  if (missing <= 0) return text
  const unit = [...(filler === undefined || filler === '' ? ' ' : filler)]
  const filled = unit.join('').repeat(Math.floor(missing / unit.length))
  const rest = unit.slice(0, missing % unit.length).join('')
  return width > 0 ? text + filled + rest : filled + rest + text
}

export const length = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : countCharacters(text)

/** Code points. JSONata's own makes an array of them. */
function countCharacters(text: string): number {
  let pairs = 0
  for (let at = 1; at < text.length; at++) {
    if (isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))) pairs++
  }
  return text.length - pairs
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** The original takes over, on a text that is short enough to be split into characters. */
export function substring(original: Builtin): Builtin {
  return function (text, start, count) {
    if (typeof text === 'string' && text.length > SEQUENCE_ITEMS) throw tooLong('$substring', text.length)
    return original.apply(this, [text, start, count])
  }
}

/** A plain search is quadratic at worst: `baaa…` looked for in `aaaa…`. */
export function checkSearch(text: unknown, token: unknown): void {
  if (typeof text !== 'string' || typeof token !== 'string' || token.length <= 16) return
  if (text.length * token.length > SEARCH_STEPS) throw tooLong('a search for a text', token.length)
}

export function split(original: Builtin): Builtin {
  return function (text, separator, limit) {
    checkSearch(text, separator)
    // One more than may be: the weight of the result then says that it is too much.
    const most = SEQUENCE_ITEMS + 1
    return original.apply(this, [text, separator, typeof limit === 'number' ? Math.min(limit, most) : most])
  }
}

export function join(original: Builtin): Builtin {
  return function (texts, separator) {
    if (Array.isArray(texts)) {
      const between = typeof separator === 'string' ? separator.length : 0
      const total = texts.reduce<number>((sum, text) => sum + String(text).length + between, 0)
      if (total > STRING_CHARACTERS) throw tooLong('$join to a text', total)
    }
    return original.apply(this, [texts, separator])
  }
}

export function replace(original: Builtin): Builtin {
  return function (text, pattern, replacement, limit) {
    checkSearch(text, pattern)
    if (typeof replacement === 'string' && replacement.length > SEQUENCE_ITEMS)
      throw tooLong('a replacement', replacement.length)
    const isPlain =
      typeof text === 'string' &&
      typeof pattern === 'string' &&
      pattern !== '' &&
      typeof replacement === 'string' &&
      limit === undefined
    return isPlain
      ? replaceAll(text, pattern, replacement)
      : original.apply(this, [text, pattern, replacement, limit])
  }
}

function replaceAll(text: string, pattern: string, replacement: string): string {
  const pieces: string[] = []
  let characters = text.length
  let from = 0
  for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, from)) {
    pieces.push(text.slice(from, at))
    characters += replacement.length - pattern.length
    if (characters > STRING_CHARACTERS + text.length) throw tooLong('$replace to a text', characters)
    if (pieces.length > SEQUENCE_ITEMS) throw limitError(`$replace of more than ${SEQUENCE_ITEMS} places`)
    if (pieces.length % ROUNDS === 0) checkTime()
    from = at + pattern.length
  }
  pieces.push(text.slice(from))
  return pieces.join(replacement)
}
