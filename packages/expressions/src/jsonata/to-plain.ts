import type { Json } from '@millrace/contracts'
import { RESERVED_KEYS } from '@millrace/contracts'
import { STRING_CHARACTERS } from '../limits.js'
import { limitError } from './guarded-functions.js'

/**
 * What an evaluation gave, as plain JSON: JSONata's arrays carry marks, its results may hold functions, and its
 * objects any key. Shared input values come through unchanged and uncopied wherever nothing has to be mended.
 */
export function toPlain(value: unknown): Json | undefined {
  switch (typeof value) {
    case 'undefined':
      return undefined
    case 'string':
      if (value.length > STRING_CHARACTERS) throw limitError(`a string of ${value.length} characters`)
      return value
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value))
        throw { code: 'NOT_JSON', message: `the result ${value} is not a JSON number` }
      return value
    case 'object':
      return value === null ? null : Array.isArray(value) ? plainArray(value) : plainObject(value)
    default:
      throw { code: 'NOT_JSON', message: `the result is a ${typeof value}, which is not JSON` }
  }
}

const plainArray = (items: readonly unknown[]): Json[] => Array.from(items, (item) => toPlain(item) ?? null)

function plainObject(value: object): Json {
  // A lambda is an object with a mark.
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) {
    throw { code: 'NOT_JSON', message: 'the result is a function, which is not JSON' }
  }
  const out: { [key: string]: Json } = {}
  for (const [key, member] of Object.entries(value)) {
    const plain = RESERVED_KEYS.has(key) ? undefined : toPlain(member)
    if (plain !== undefined) out[key] = plain
  }
  return out
}
