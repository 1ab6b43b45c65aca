import type { Json } from '@millrace/contracts'

/**
 * What JSONata's `$boolean` says of a value (docs.jsonata.org/boolean-functions): empty strings, 0, null, empty
 * objects, nothing at all, and arrays without a truthy member are false.
 */
export const isTruthy = (value: Json | undefined): boolean => {
  if (Array.isArray(value)) return value.some(isTruthy)
  if (value !== null && typeof value === 'object') return Object.keys(value).length > 0
  return Boolean(value)
}
