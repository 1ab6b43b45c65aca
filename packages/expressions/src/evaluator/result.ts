import { exactNumber, type Json } from '@millrace/contracts'
import { RESULT_DEPTH, STRING_CHARACTERS } from '../limits.js'
import { spend, weigh } from './budget.js'
import { Callable } from './callable.js'
import { Failure, limitFailure } from './failure.js'
import { overLimit } from './wording.js'

/**
 * What an evaluation gave, as plain JSON. A copy, so that nothing of the input is shared with what goes on, and nothing
 * of the evaluator's own marks either.
 */
export function toPlain(value: unknown): Json | undefined {
  weigh(value)
  return copy(value, 0) as Json | undefined
}

function copy(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      if (value.length > STRING_CHARACTERS)
        throw limitFailure(overLimit('a text', value.length, 'characters', STRING_CHARACTERS))
      return value
    case 'number':
      if (!Number.isFinite(value)) throw new Failure(`the result is ${value}, which is not JSON`)
      return exactNumber(value)
    case 'undefined':
    case 'boolean':
    case 'bigint':
      return value
    default:
      return copyObject(value, depth)
  }
}

function copyObject(value: unknown, depth: number): unknown {
  if (value === null) return null
  if (value instanceof Callable || typeof value !== 'object')
    throw new Failure('the result is a function, which is not JSON')
  if (depth === RESULT_DEPTH) throw limitFailure(`a result of more than ${RESULT_DEPTH} levels`)
  if (Array.isArray(value)) {
    spend(value.length / 8)
    return Array.from(value, (item) => copy(item, depth + 1) ?? null)
  }
  const out: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') throw new Failure('no member may be called __proto__')
    const plain = copy(member, depth + 1)
    if (plain !== undefined) out[name] = plain
  }
  return out
}
