import { spend, spendText } from '../evaluator/budget.js'
import { limitFailure } from '../evaluator/failure.js'
import type { Run } from '../evaluator/frame.js'
import { toText } from '../evaluator/text.js'
import { SEARCH_STEPS, SEQUENCE_ITEMS, STRING_CHARACTERS } from '../limits.js'

type Text = string | undefined

export const tooLong = (what: string, characters: number) =>
  limitFailure(`${what} of ${characters} characters`)

export const string = (_: Run, value: unknown, prettify = false): Text => toText(value, prettify ? 2 : 0)
/** Handed over by name it takes one argument: `$map(list, $string)` must not read the index as `prettify`. */
Object.defineProperty(string, 'length', { value: 2 })

export function lowercase(_: Run, text: Text): Text {
  spendText(text?.length ?? 0)
  return text?.toLowerCase()
}

export function uppercase(_: Run, text: Text): Text {
  spendText(text?.length ?? 0)
  return text?.toUpperCase()
}

/** Blanks, tabs and line ends at both ends go; inside each row of them becomes one blank. */
export function trim(_: Run, text: Text): Text {
  spendText(text?.length ?? 0)
  return text?.replace(/[ \t\n\r]+/g, ' ').replace(/^ | $/g, '')
}

export const length = (_: Run, text: Text): number | undefined =>
  text === undefined ? undefined : countCharacters(text)

/** Code points: an emoji is one character. */
function countCharacters(text: string): number {
  spendText(text.length)
  let pairs = 0
  for (let at = 1; at < text.length; at++)
    if (isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))) pairs++
  return text.length - pairs
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** A negative width fills at the beginning. */
export function pad(_: Run, text: Text, width: number, filler: Text): Text {
  if (text === undefined) return undefined
  const wanted = Math.abs(Math.trunc(Number(width)))
  if (wanted > STRING_CHARACTERS) throw tooLong('$pad to a text', wanted)
  const missing = wanted - countCharacters(text)
  if (missing <= 0) return text
  spendText(missing)
  const unit = [...(filler === undefined || filler === '' ? ' ' : filler)]
  const filled = unit.join('').repeat(Math.floor(missing / unit.length))
  const rest = unit.slice(0, missing % unit.length).join('')
  return width > 0 ? text + filled + rest : filled + rest + text
}

/** By code points; a negative start counts from the end. */
export function substring(_: Run, text: Text, from: number, count: number | undefined): Text {
  if (text === undefined) return undefined
  if (text.length > SEQUENCE_ITEMS) throw tooLong('$substring', text.length)
  spend(text.length / 8)
  const characters = [...text]
  const start = Math.max(0, Number(from) < 0 ? characters.length + Number(from) : Number(from))
  if (count === undefined) return characters.slice(start).join('')
  return count <= 0 ? '' : characters.slice(start, start + Number(count)).join('')
}

export function substringBefore(_: Run, text: Text, token: string): Text {
  if (text === undefined) return undefined
  const at = place(text, token)
  return at < 0 ? text : text.slice(0, at)
}

export function substringAfter(_: Run, text: Text, token: string): Text {
  if (text === undefined) return undefined
  const at = place(text, token)
  return at < 0 ? text : text.slice(at + token.length)
}

/** Where a text stands in another, or -1. A plain search is quadratic at worst: `baaa…` in `aaaa…`. */
export function place(text: string, token: string, from = 0): number {
  spendText(text.length - from)
  if (token.length > 16 && text.length * token.length > SEARCH_STEPS)
    throw tooLong('a search for a text', token.length)
  return text.indexOf(token, from)
}

export function join(_: Run, texts: readonly string[] | undefined, separator = ''): Text {
  if (texts === undefined) return undefined
  spend(texts.length / 4)
  const total = texts.reduce((sum, text) => sum + text.length + separator.length, 0)
  if (total > STRING_CHARACTERS) throw tooLong('$join to a text', total)
  spendText(total)
  return texts.join(separator)
}
