import { type Json, MillraceError, parseForeignJson, stringifyJson } from '@millrace/contracts'
import type { NodeHttpResponse } from '../../define.js'
import type { HttpRequestParams } from './params.js'

export interface HttpOutput {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Json
}

/** The response as an output. Throws NODE_FAILED when JSON was asked for and something else came. */
export const readResponse = (
  response: NodeHttpResponse,
  responseType: HttpRequestParams['responseType'],
  redact: (text: string) => string,
): HttpOutput => {
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), redact(value)]),
  )
  const contentType = headers['content-type'] ?? ''
  const text = redact(decode(response.body, contentType))
  return { status: response.status, headers, body: readBody(text, contentType, responseType) }
}

const readBody = (
  text: string,
  contentType: string,
  responseType: HttpRequestParams['responseType'],
): Json => {
  if (responseType === 'text' || (responseType === 'auto' && !isJson(contentType))) return text
  // 204 and HEAD have no body, whatever the content type says.
  if (text === '') return null
  try {
    return parseForeignJson(text)
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    if (responseType === 'auto') return text
    throw new MillraceError('NODE_FAILED', 'The response is not valid JSON', { cause })
  }
}

/** `application/json` and the `+json` suffix of RFC 6839. */
const isJson = (contentType: string): boolean => /^\s*[^;\s]+[/+]json\s*(;|$)/i.test(contentType)

const decode = (body: Uint8Array, contentType: string): string => {
  const label = /charset="?([^";\s]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(label).decode(body)
  } catch {
    return new TextDecoder().decode(body)
  }
}

const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429])
const MAX_ERROR_BODY = 4_096

/** HTTP_STATUS, but only worth another try for statuses that pass: 408, 425, 429 and 5xx. */
export class HttpStatusError extends MillraceError {
  override get retryable(): boolean {
    const status = this.extras.details?.status
    return typeof status === 'number' && (status >= 500 || RETRYABLE.has(status))
  }
}

export const statusError = (output: HttpOutput): HttpStatusError => {
  const retryAfterMs = readRetryAfter(output.headers)
  return new HttpStatusError('HTTP_STATUS', `The other side answered ${output.status}`, {
    details: { status: output.status, body: shorten(output.body) },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

const shorten = (body: Json): Json => {
  const text = typeof body === 'string' ? body : stringifyJson(body)
  return text.length <= MAX_ERROR_BODY ? body : `${text.slice(0, MAX_ERROR_BODY)}…`
}

/**
 * `Retry-After` of RFC 9110 section 10.2.3 in milliseconds. A date is measured against the response's own
 * `Date`, not our clock (D8); without one it says nothing.
 */
const readRetryAfter = (headers: Record<string, string>): number | undefined => {
  const value = headers['retry-after']?.trim()
  if (value === undefined || value === '') return undefined
  if (/^\d+$/.test(value)) return Number(value) * 1_000
  const delay = Date.parse(value) - Date.parse(headers.date ?? '')
  return Number.isNaN(delay) ? undefined : Math.max(0, delay)
}
