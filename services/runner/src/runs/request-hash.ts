import { createHash } from 'node:crypto'
import { type Json, stringifyJson } from '@millrace/contracts'

/** SHA-256 of a JSON value, the same however its keys are ordered and its integers written: tells a retry from another request (D17). */
export const requestHash = (value: unknown): string =>
  createHash('sha256')
    .update(stringifyJson(sorted(value)))
    .digest('hex')

/**
 * Of a body that starts a run: the hash is over what it means, and no input is the input `null`. Left out and not put
 * in, so that keys taken before this was so are found again.
 */
export const startHash = ({ input, ...body }: { readonly input?: Json | undefined }): string =>
  requestHash(input === null || input === undefined ? body : { ...body, input })

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  // 1e22 is the integer that its 23 digits are, which arrive as a bigint.
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    return BigInt(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  )
}
