import { Callable } from './callable.js'

const SHOWN_CHARACTERS = 60

/** The type of a value as people say it; the same words as in the editor. */
function typeOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  if (value instanceof Callable) return 'function'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'bigint':
      return 'number'
    default:
      return typeof value
  }
}

/** The value with its type, for a message: `the text " 150"`. Lists and objects by their type alone. */
export function nameValue(value: unknown): string {
  const type = typeOf(value)
  if (typeof value === 'string') return `the text ${JSON.stringify(shorten(value))}`
  if (type === 'number') return `the number ${value}`
  if (typeof value === 'boolean') return String(value)
  return type === 'nothing' || type === 'null' ? type : `${type === 'object' ? 'an' : 'a'} ${type}`
}

const shorten = (text: string): string =>
  text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`

/** `1,000,000`. */
export const nameCount = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')

/** For a message of EXPRESSION_LIMIT: what there would be, and how much there may be. */
export const overLimit = (what: string, count: number, unit: string, most: number): string =>
  `${what} of ${nameCount(count)} ${unit}, and ${nameCount(most)} are allowed`
