import { MillraceError } from '../errors.js'
import { readNumber } from './number.js'
import { endOfString, pointerTo } from './text.js'
import type { Json } from './value.js'

const BLANK = /\s*/y
const WORD = /[^\s,\]}]+/y

/**
 * Reads text that JSON.parse has accepted, so it checks nothing, and looks at every number. Some five times slower.
 * @throws NUMBER_TOO_LARGE with the number's path.
 */
export const readExactly = (text: string): Json => new Reader(text).value()

class Reader {
  readonly #text: string
  #at = 0
  readonly #path: (string | number)[] = []

  constructor(text: string) {
    this.#text = text
  }

  value(): Json {
    this.#skip()
    const first = this.#text[this.#at]
    if (first === '{') return this.#object()
    if (first === '[') return this.#array()
    return first === '"' ? this.#string() : this.#word()
  }

  #object(): Json {
    const out: { [key: string]: Json } = {}
    while (this.#next('}')) {
      const key = this.#string()
      this.#skip()
      this.#at += 1 // the colon
      this.#path.push(key)
      // As JSON.parse does it: an assignment to `__proto__` would set the prototype.
      Object.defineProperty(out, key, {
        value: this.value(),
        configurable: true,
        enumerable: true,
        writable: true,
      })
      this.#path.pop()
    }
    return out
  }

  #array(): Json {
    const out: Json[] = []
    while (this.#next(']')) {
      this.#path.push(out.length)
      out.push(this.value())
      this.#path.pop()
    }
    return out
  }

  /** Goes over the bracket or comma to the next member; false, and behind the closing bracket, after the last. */
  #next(close: string): boolean {
    this.#skip()
    if (this.#text[this.#at] !== close) this.#at += 1
    this.#skip()
    if (this.#text[this.#at] !== close) return true
    this.#at += 1
    return false
  }

  #string(): string {
    const start = this.#at
    this.#at = endOfString(this.#text, start)
    const inner = this.#text.slice(start + 1, this.#at - 1)
    return inner.includes('\\') ? JSON.parse(`"${inner}"`) : inner
  }

  #word(): Json {
    const word = this.#match(WORD)
    if (!/\d/.test(word)) return JSON.parse(word)
    const value = readNumber(word)
    if (value !== undefined) return value
    throw new MillraceError(
      'NUMBER_TOO_LARGE',
      `The number ${shorten(word)} at ${this.#pointer()} is too large`,
    )
  }

  #skip(): void {
    this.#match(BLANK)
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #pointer(): string {
    return this.#path.length === 0 ? 'the top' : this.#path.map(pointerTo).join('')
  }
}

const shorten = (digits: string): string => (digits.length > 30 ? `${digits.slice(0, 30)}…` : digits)
