import { exactInteger, exactNumber, type Json, RESERVED_KEYS } from '@millrace/contracts'
import { RESULT_DEPTH, STRING_CHARACTERS } from '../limits.js'
import { checkTime, isLambda, limitError, weigh } from './budget.js'

const notJson = (what: string) => ({ code: 'NOT_JSON', message: `the result ${what}, which is not JSON` })

/**
 * What an evaluation gave, as plain JSON: JSONata's arrays carry marks, its results may hold functions, and its
 * objects any key. A copy, so that nothing of the input is shared with what goes on.
 */
export function toPlain(value: unknown): Json | undefined {
  weigh(value)
  return copy(value, 0)
}

function copy(value: unknown, depth: number): Json | undefined {
  switch (typeof value) {
    case 'undefined':
      return undefined
    case 'string':
      if (value.length > STRING_CHARACTERS) throw limitError(`a string of ${value.length} characters`)
      return value
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value)) throw notJson(`is ${value}`)
      return exactNumber(value)
    case 'bigint':
      return exactInteger(value)
    case 'object':
      if (value === null) return null
      if (depth === RESULT_DEPTH) throw limitError(`a result of more than ${RESULT_DEPTH} levels`)
      checkTime()
      return Array.isArray(value) ? copyArray(value, depth) : copyObject(value, depth)
    default:
      throw notJson(`is a ${typeof value}`)
  }
}

const copyArray = (items: readonly unknown[], depth: number): Json[] =>
  Array.from(items, (item) => copy(item, depth + 1) ?? null)

function copyObject(value: object, depth: number): Json {
  if (isLambda(value)) throw notJson('is a function')
  const out: { [key: string]: Json } = {}
  for (const [key, member] of Object.entries(value)) {
    const plain = RESERVED_KEYS.has(key) ? undefined : copy(member, depth + 1)
    if (plain !== undefined) out[key] = plain
  }
  return out
}
