import { RE2JS } from 're2js'
import { REGEX_STEPS } from '../limits.js'
import { checkTime, limitError } from './budget.js'

/**
 * A regular expression engine that takes time linear in its input (RE2), in the shape JSONata asks for: made from a
 * RegExp literal, with `lastIndex` and `exec`. Back references and look-around are not in RE2 and are refused.
 */
export class LinearRegex {
  lastIndex = 0
  readonly #pattern: RE2JS

  constructor(literal: RegExp) {
    this.#pattern = compilePattern(literal)
  }

  exec(text: string): RegExpExecArray | null {
    checkTime()
    const steps = (text.length - this.lastIndex) * this.#pattern.programSize()
    if (steps > REGEX_STEPS) throw limitError('a text too long for this regular expression')
    const matcher = this.#pattern.matcher(text)
    if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
      this.lastIndex = 0
      return null
    }
    this.lastIndex = matcher.end()
    const groups: (string | undefined)[] = []
    for (let group = 0; group <= matcher.groupCount(); group++) groups.push(matcher.group(group) ?? undefined)
    return Object.assign(groups, { index: matcher.start(), input: text }) as unknown as RegExpExecArray
  }
}

/** By literal: JSONata keeps one RegExp object a literal, and asks for an engine at every evaluation. */
const patterns = new WeakMap<RegExp, RE2JS>()

/** Throws what is no RE2, in the form of JSONata's errors. */
export function compilePattern(literal: RegExp): RE2JS {
  const known = patterns.get(literal)
  if (known !== undefined) return known
  try {
    const pattern = RE2JS.compile(literal.source, flagsOf(literal))
    patterns.set(literal, pattern)
    return pattern
  } catch (error) {
    throw {
      code: 'REGEX',
      message: `the regular expression ${literal} is not RE2, which has no look-around and no back references: ${(error as Error).message}`,
    }
  }
}

function flagsOf(literal: RegExp): number {
  let flags = 0
  if (literal.ignoreCase) flags |= RE2JS.CASE_INSENSITIVE
  if (literal.multiline) flags |= RE2JS.MULTILINE
  if (literal.dotAll) flags |= RE2JS.DOTALL
  return flags
}
