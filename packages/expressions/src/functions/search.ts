import { spend, spendText } from '../evaluator/budget.js'
import { Callable } from '../evaluator/callable.js'
import { Failure, limitFailure } from '../evaluator/failure.js'
import type { Run } from '../evaluator/frame.js'
import { isObject } from '../evaluator/members.js'
import type { Match } from '../evaluator/pattern.js'
import { push, sequence } from '../evaluator/sequence.js'
import { nameCount, nameValue } from '../evaluator/wording.js'
import { SEQUENCE_ITEMS, STRING_CHARACTERS } from '../limits.js'
import { place, tooLong } from './text.js'

type Matcher = string | Callable

/** Every match of a regular expression, or of a matcher function of an author's own, in order. */
function* matchesOf(
  run: Run,
  matcher: Callable,
  text: string,
  limit = Number.POSITIVE_INFINITY,
): Generator<Match> {
  let found = limit > 0 ? requireMatch(run.apply(matcher, [text])) : undefined
  for (let count = 1; found !== undefined; count++) {
    yield found
    found =
      count < limit && found.next instanceof Callable ? requireMatch(run.apply(found.next, [])) : undefined
  }
}

function requireMatch(value: unknown): Match | undefined {
  if (value === undefined) return undefined
  const { match, start, end } = isObject(value) ? value : {}
  if (typeof match === 'string' && typeof start === 'number' && typeof end === 'number')
    return { groups: [], next: undefined, ...(value as object), match, start, end }
  throw new Failure('a matcher gives nothing, or an object with match, start, end, groups and next')
}

function* placesOf(text: string, token: string, limit = Number.POSITIVE_INFINITY): Generator<number> {
  let at = limit > 0 ? place(text, token) : -1
  for (let count = 1; at >= 0; count++) {
    yield at
    at = count < limit ? text.indexOf(token, at + token.length) : -1
    spendText(16)
  }
}

function requireLimit(name: string, limit: number | undefined): void {
  if (limit !== undefined && limit < 0)
    throw new Failure(`the limit of $${name} must not be negative, but is ${limit}`)
}

export function contains(run: Run, text: string | undefined, token: Matcher): boolean | undefined {
  if (text === undefined || token === undefined) return undefined
  return typeof token === 'string' ? place(text, token) >= 0 : run.apply(token, [text]) !== undefined
}

export function match(
  run: Run,
  text: string | undefined,
  matcher: Callable,
  limit: number | undefined,
): unknown {
  if (text === undefined) return undefined
  requireLimit('match', limit)
  const all = sequence()
  for (const { match: found, start, groups } of matchesOf(run, matcher, text, limit))
    push(all, { match: found, index: start, groups })
  return all
}

export function split(
  run: Run,
  text: string | undefined,
  separator: Matcher,
  limit: number | undefined,
): unknown {
  if (text === undefined) return undefined
  requireLimit('split', limit)
  const most = limit === undefined ? SEQUENCE_ITEMS + 1 : Math.floor(limit)
  if (typeof separator === 'string') {
    place(text, separator)
    const kept = Math.min(most, SEQUENCE_ITEMS + 1)
    // By characters, as $length counts them: half of a surrogate pair is none.
    return bounded(separator === '' ? [...text].slice(0, kept) : text.split(separator, kept))
  }
  const parts: string[] = []
  let from = 0
  for (const { start, end } of matchesOf(run, separator, text, most)) {
    push(parts, text.slice(from, start))
    from = end
  }
  if (parts.length < most) push(parts, text.slice(from))
  return parts
}

function bounded(parts: readonly string[]): readonly string[] {
  if (parts.length > SEQUENCE_ITEMS)
    throw limitFailure(`a list of more than ${nameCount(SEQUENCE_ITEMS)} items`)
  spend(parts.length / 8)
  return parts
}

/** All places, or the first `limit`. A regular expression's replacement may hold `$0` to `$n`, or be a function. */
export function replace(
  run: Run,
  text: string | undefined,
  pattern: Matcher,
  replacement: string | Callable,
  limit: number | undefined,
): string | undefined {
  if (text === undefined) return undefined
  requireLimit('replace', limit)
  if (pattern === '') throw new Failure('$replace cannot look for empty text')
  const result = new Replaced(text)
  if (typeof pattern === 'string') {
    if (typeof replacement !== 'string')
      throw new Failure('$replace of a text needs a text to put in its place')
    for (const at of placesOf(text, pattern, limit)) result.put(at, at + pattern.length, replacement)
  } else
    for (const found of matchesOf(run, pattern, text, limit))
      result.put(
        found.start,
        found.start + found.match.length,
        typeof replacement === 'string'
          ? fillIn(replacement, found)
          : requireText(run.apply(replacement, [found])),
      )
  return result.finish()
}

function requireText(value: unknown): string {
  if (typeof value === 'string') return value
  throw new Failure(`the function of $replace must give text, but gives ${nameValue(value)}`)
}

/** Owns: the pieces of the new text, and how long it has become. */
class Replaced {
  readonly #pieces: string[] = []
  #from = 0
  #characters = 0

  constructor(private readonly text: string) {}

  put(start: number, end: number, replacement: string): void {
    this.#add(this.text.slice(this.#from, start))
    this.#add(replacement)
    this.#from = end
  }

  finish(): string {
    this.#add(this.text.slice(this.#from))
    return this.#pieces.join('')
  }

  #add(piece: string): void {
    this.#characters += piece.length
    if (this.#characters > STRING_CHARACTERS) throw tooLong('$replace to a text', this.#characters)
    push(this.#pieces, piece)
    spendText(piece.length)
  }
}

/** `$0` is the match, `$1` … the groups, `$$` a dollar sign; as many digits as there are groups to number. */
function fillIn(replacement: string, { match: found, groups }: Match): string {
  if (!replacement.includes('$')) return replacement
  const digits = String(groups.length).length
  return replacement.replace(/\$(\$|\d+)/g, (_, after: string) => {
    if (after === '$') return '$'
    const numbered = longestGroup(after, digits, groups.length)
    if (numbered === '0') return found + after.slice(1)
    return (groups[Number(numbered) - 1] ?? '') + after.slice(numbered.length)
  })
}

function longestGroup(digits: string, width: number, count: number): string {
  const whole = digits.startsWith('0') ? '0' : digits.slice(0, Math.max(1, width))
  return whole.length > 1 && Number(whole) > count ? whole.slice(0, -1) : whole
}
