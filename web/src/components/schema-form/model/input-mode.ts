import { type Json, stringifyJson } from '@millrace/contracts'
import type { Field } from './field.js'

export type InputMode = 'fixed' | 'expression'

/** The other way in which a field was filled, kept while this one is in use. */
export type Alternatives = ReadonlyMap<string, Json>

export const modeOf = (field: Field, value: Json | undefined): InputMode =>
  field.templates && typeof value === 'string' && value.includes('{{') ? 'expression' : 'fixed'

export interface Switched {
  readonly value: Json | undefined
  readonly alternatives: Alternatives
}

/** What an expression starts with where there was none. Its text is put between the braces. */
export const EMPTY_EXPRESSION = '{{  }}'

/**
 * Fills a field the other way. What stood there is kept under the field's pointer, and comes back with the next
 * switch: neither of the two is ever lost.
 */
export const switchMode = (
  pointer: string,
  value: Json | undefined,
  to: InputMode,
  alternatives: Alternatives,
): Switched => {
  const next = new Map(alternatives)
  if (value === undefined) next.delete(pointer)
  else next.set(pointer, value)
  const kept = alternatives.get(pointer)
  return { value: kept ?? (to === 'expression' ? toExpression(value) : undefined), alternatives: next }
}

/** A first expression that gives what the fixed value was. */
const toExpression = (value: Json | undefined): string => {
  if (value === undefined || value === '') return EMPTY_EXPRESSION
  return `{{ ${stringifyJson(value)} }}`
}
