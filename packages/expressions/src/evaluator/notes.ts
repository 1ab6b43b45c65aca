import { nameValue } from './wording.js'

const MOST = 5

/**
 * What the evaluation that runs now has to say beside its value.
 * Owns: the notes of one evaluation at a time. Evaluations never wait, so there is only one.
 */
let notes = new Set<string>()

export function openNotes(): void {
  if (notes.size > 0) notes = new Set()
}

export const takeNotes = (): ReadonlySet<string> => notes

/** Of two values that are not equal. */
export function noteTypes(left: unknown, operator: '=' | '!=', right: unknown): void {
  if (notes.size >= MOST) return
  const note = noteOfTypes(left, operator, right)
  if (note !== undefined) notes.add(note)
}

/** Where two values are not equal for their types alone: both, with their types. Undefined where that is no matter of types. */
export function noteOfTypes(left: unknown, operator: '=' | '!=', right: unknown): string | undefined {
  const kinds = [kindOf(left), kindOf(right)]
  if (kinds[0] === kinds[1] || kinds.includes(undefined)) return undefined
  return `${nameValue(left)} ${operator} ${nameValue(right)} is ${operator === '!='}: ${kinds[0]} and ${kinds[1]} are never equal`
}

function kindOf(value: unknown): 'text' | 'number' | 'boolean' | undefined {
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'number':
    case 'bigint':
      return 'number'
    case 'boolean':
      return 'boolean'
    default:
      return undefined
  }
}
