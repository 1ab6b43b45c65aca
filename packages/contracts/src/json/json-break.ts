/** Where a text stops being JSON (RFC 8259), since browsers say it in words of their own or not at all. */

const SPACE = /[\t\n\r ]*/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids just these inside a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const LITERAL = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y

/** @returns the offset of the first character that does not fit; the length of the text when it ends too early. */
export const findJsonBreak = (text: string): number => {
  const scan = new Scan(text)
  if (scan.value()) scan.skip(SPACE)
  return scan.at
}

class Scan {
  readonly #text: string
  at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** True when there was one; else `at` is where it breaks. */
  value(): boolean {
    this.skip(SPACE)
    if (this.#text[this.at] === '{') return this.#members('}', () => this.#member())
    if (this.#text[this.at] === '[') return this.#members(']', () => this.value())
    return this.skip(STRING) || this.skip(LITERAL)
  }

  skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    if (!pattern.test(this.#text)) return false
    this.at = pattern.lastIndex
    return true
  }

  #members(close: string, one: () => boolean): boolean {
    this.at += 1
    if (this.#character(close)) return true
    do {
      if (!one()) return false
    } while (this.#character(','))
    return this.#character(close)
  }

  #member(): boolean {
    this.skip(SPACE)
    return this.skip(STRING) && this.#character(':') && this.value()
  }

  #character(wanted: string): boolean {
    this.skip(SPACE)
    if (this.#text[this.at] !== wanted) return false
    this.at += 1
    return true
  }
}
