import { STRING_CHARACTERS } from '../limits.js'
import { spendText } from './budget.js'
import { Callable } from './callable.js'
import { Failure, limitFailure } from './failure.js'
import { nameCount } from './wording.js'

/**
 * `$string` and `&`: text as it is, everything else as JSON, numbers with all their digits as in a template: what is
 * signed, hashed or sent as text is the value itself. (JSONata's own cuts at 15.) Functions are empty text.
 */
export function toText(value: unknown, indent = 0): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  if (value instanceof Callable) return ''
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'bigint' || typeof value === 'boolean' || value === null) return String(value)
  const pieces: string[] = []
  write(value, indent, '\n', new Pieces(pieces))
  return pieces.join('')
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new Failure(`${value} has no text in JSON`)
  return jsonNumber(value)
}

/** As JSON writes it: -0 is 0. */
const jsonNumber = (value: number): string => JSON.stringify(value)

/** Owns: the text so far and its length. */
class Pieces {
  #characters = 0

  constructor(private readonly pieces: string[]) {}

  add(text: string): void {
    this.#characters += text.length
    spendText(text.length)
    if (this.#characters > STRING_CHARACTERS)
      throw limitFailure(`a text of more than ${nameCount(STRING_CHARACTERS)} characters`)
    this.pieces.push(text)
  }
}

function write(value: unknown, indent: number, line: string, out: Pieces): void {
  if (typeof value !== 'object' || value === null || value instanceof Callable)
    return out.add(scalarText(value))
  const isList = Array.isArray(value)
  const members = isList ? value.map((item) => ['', item] as const) : Object.entries(value)
  const shown = members.filter(([, member]) => isList || member !== undefined)
  if (shown.length === 0) return out.add(isList ? '[]' : '{}')
  const inner = line + ' '.repeat(indent)
  const before = indent === 0 ? '' : inner
  out.add(isList ? '[' : '{')
  for (const [at, [name, member]] of shown.entries()) {
    out.add(
      (at === 0 ? '' : ',') + before + (isList ? '' : `${JSON.stringify(name)}:${indent === 0 ? '' : ' '}`),
    )
    write(member, indent, inner, out)
  }
  out.add((indent === 0 ? '' : line) + (isList ? ']' : '}'))
}

function scalarText(value: unknown): string {
  if (value === undefined) return 'null'
  if (value instanceof Callable) return '""'
  if (typeof value === 'number') return numberText(value)
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}
