import { RE2JS } from 're2js'

/**
 * A regular expression engine that takes time linear in its input (RE2), in the shape JSONata asks for: made from a
 * RegExp literal, with `lastIndex` and `exec`. Back references and look-around are not in RE2 and are refused.
 */
export class LinearRegex {
  lastIndex = 0
  readonly #pattern: RE2JS

  constructor(literal: RegExp) {
    this.#pattern = RE2JS.compile(literal.source, flagsOf(literal))
  }

  exec(text: string): RegExpExecArray | null {
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

function flagsOf(literal: RegExp): number {
  let flags = 0
  if (literal.ignoreCase) flags |= RE2JS.CASE_INSENSITIVE
  if (literal.multiline) flags |= RE2JS.MULTILINE
  if (literal.dotAll) flags |= RE2JS.DOTALL
  return flags
}
