import type { Json } from '@millrace/contracts'

/**
 * The one truth rule, which is JSONata's `$boolean`: false, 0, empty text, null, an empty object, nothing at all, and a
 * list without a true member are false; everything else is true, the text "false" too. Conditions of edges,
 * `flow.condition`, `flow.switch`, `flow.filter` and `until` of `flow.repeat` all ask this function.
 */
export function isTruthy(value: Json | bigint | undefined): boolean {
  if (Array.isArray(value)) return value.some(isTruthy)
  if (value !== null && typeof value === 'object') return Object.keys(value).length > 0
  return Boolean(value)
}
