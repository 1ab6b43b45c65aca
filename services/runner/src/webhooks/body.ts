import { type Json, MillraceError, RESERVED_KEYS } from '@millrace/contracts'
import { parseJsonBody } from '@millrace/http-api'

/**
 * The body as the run gets it, parsed only after the request has been verified: JSON by its content type, forms
 * as an object, other text as a string, anything else as `{ base64 }`; null when there is none.
 * @throws MALFORMED_JSON, JSON_TOO_DEEP, INVALID_REQUEST
 */
export const parseHookBody = (contentType: string | undefined, raw: Buffer): Json => {
  if (raw.length === 0) return null
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json' || type.endsWith('+json')) return parseJsonBody(raw)
  const text = decodeUtf8(raw)
  if (text === undefined || text.includes('\0')) return { base64: raw.toString('base64') }
  return type === 'application/x-www-form-urlencoded' ? parseForm(text) : text
}

/**
 * A form or a query. Repeated names become arrays, in order.
 * @throws INVALID_REQUEST on what Postgres cannot store (D7), or a name that would reach a prototype.
 */
export const parseForm = (text: string): Record<string, Json> => {
  const form = new URLSearchParams(text)
  const entries = [...new Set(form.keys())].map((name): [string, Json] => {
    const values = form.getAll(name)
    if (RESERVED_KEYS.has(name) || [name, ...values].some((value) => value.includes('\0'))) {
      throw new MillraceError('INVALID_REQUEST', 'A form or query field has a reserved name or holds U+0000')
    }
    return [name, values.length === 1 ? (values[0] ?? '') : values]
  })
  return Object.fromEntries(entries)
}

const decodeUtf8 = (raw: Buffer): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw)
  } catch {
    return undefined
  }
}
