import { RE2JS } from 're2js'
import { REGEX_UNITS } from '../limits.js'
import { spend } from './budget.js'
import { Closure } from './callable.js'
import { Failure, limitFailure } from './failure.js'
import { translate } from './pattern-syntax.js'

/** By literal: JSONata's parser makes one RegExp object a literal. */
const patterns = new WeakMap<RegExp, RE2JS>()

/** Regular expressions run in time linear in their input (RE2). Throws a Failure for what RE2 cannot say. */
export function compilePattern(literal: RegExp): RE2JS {
  const known = patterns.get(literal)
  if (known !== undefined) return known
  try {
    const pattern = RE2JS.compile(translate(literal), flagsOf(literal))
    patterns.set(literal, pattern)
    return pattern
  } catch (error) {
    throw new Failure(
      `the regular expression ${literal} is not RE2, which has no look-around and no back references: ${(error as Error).message}`,
    )
  }
}

function flagsOf(literal: RegExp): number {
  let flags = 0
  if (literal.ignoreCase) flags |= RE2JS.CASE_INSENSITIVE
  if (literal.multiline) flags |= RE2JS.MULTILINE
  if (literal.dotAll) flags |= RE2JS.DOTALL
  return flags
}

/** One match, as `$match`, `$replace` and matchers of an author's own give it. */
export interface Match {
  readonly match: string
  readonly start: number
  readonly end: number
  readonly groups: readonly (string | undefined)[]
  readonly next: unknown
}

/** A regular expression is a function from text to its first match; `next` gives the one behind. */
export const matcher = (literal: RegExp): Closure => {
  const pattern = compilePattern(literal)
  return new Closure((text) => {
    if (typeof text !== 'string') throw new Failure(`${literal} is matched against text only`)
    // RE2 knows one end of lines only: where others are, its ^ and $ would stand elsewhere.
    if (literal.multiline && /[\r\u2028\u2029]/.test(text))
      throw new Failure(`${literal} has the flag m, and the text has lines that do not end with \\n alone`)
    return find(pattern, literal, text, 0)
  })
}

/** Units of work that are one step: characters times instructions of the program. */
const UNITS_A_STEP = 16
/**
 * How far RE2 has looked ahead cannot be told from a match. Its time is counted too, at a tenth of what it would be
 * worth, so that no machine under load makes an honest expression fail.
 */
const STEPS_A_MS = 1_000

function find(pattern: RE2JS, literal: RegExp, text: string, from: number): Match | undefined {
  const size = pattern.programSize()
  if ((text.length - from) * size > REGEX_UNITS)
    throw limitFailure('a text too long for this regular expression')
  const startedAt = performance.now()
  const found = pattern.matcher(text)
  const isFound = found.find(from)
  const end = isFound ? found.end() : text.length
  spend(1 + Math.max(((end - from) * size) / UNITS_A_STEP, (performance.now() - startedAt) * STEPS_A_MS))
  if (!isFound) return undefined
  const start = found.start()
  const groups = Array.from({ length: found.groupCount() }, (_, at) => found.group(at + 1) ?? undefined)
  const next = new Closure(() => findNext(pattern, literal, text, end))
  return { match: text.slice(start, end), start, end, groups, next }
}

function findNext(pattern: RE2JS, literal: RegExp, text: string, from: number): Match | undefined {
  if (from >= text.length) return undefined
  const next = find(pattern, literal, text, from)
  if (next?.match === '')
    throw new Failure(`the regular expression ${literal} matches empty text again and again`)
  return next
}
