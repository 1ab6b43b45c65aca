import { type Json, MillraceError, parseForeignJson, stringifyJson } from '@millrace/contracts'
import type { NodeHttpResponse } from '../../define.js'
import { bytesValue } from '../content/bytes.js'
import { decodeLoosely, decodeText } from '../content/charset.js'
import { isJsonType, parseMediaType } from '../content/media-type.js'
import { encodingFor, readContent } from '../content/read.js'
import type { HttpRequestParams } from './params.js'
import { bytesRedactor, redactor } from './redaction.js'

export interface HttpOutput {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Json
  /** Each `Set-Cookie` by itself; left out when there is none. */
  readonly setCookies?: string[]
}

/** What an answer is read with. */
export interface Reading {
  readonly responseType: HttpRequestParams['responseType']
  /** Of the credential that was used: they are taken out wherever the other side repeats them (I8). */
  readonly secrets: readonly string[]
  /** Told why a body was kept as bytes, or not read as it was labelled. */
  warn(message: string): void
}

/** The response as an output. Throws NODE_FAILED when JSON was asked for and something else came. */
export const readResponse = (response: NodeHttpResponse, reading: Reading): HttpOutput => {
  const redact = redactor(reading.secrets)
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), redact(value)]),
  )
  return {
    status: response.status,
    headers,
    body: readBody(response.body, headers['content-type'], reading),
    ...(response.setCookies === undefined ? {} : { setCookies: response.setCookies.map(redact) }),
  }
}

const readBody = (bytes: Uint8Array, contentType: string | undefined, reading: Reading): Json => {
  const { responseType } = reading
  const { type } = parseMediaType(contentType)
  if (responseType === 'json' || (responseType === 'auto' && isJsonType(type)))
    return readJson(bytes, contentType, reading)
  if (responseType === 'text') return readText(bytes, contentType, reading)
  const clean = bytesRedactor(reading.secrets)(bytes)
  if (responseType === 'bytes') return { ...bytesValue(clean, contentType) }
  const content = readContent(clean, contentType)
  if ('text' in content) return redactor(reading.secrets)(content.text)
  if (content.warning !== undefined) reading.warn(content.warning)
  return { ...content.bytes }
}

/** JSON of a charset that is not known is read as UTF-8, or not at all: nothing is replaced. */
const readJson = (bytes: Uint8Array, contentType: string | undefined, reading: Reading): Json => {
  const content = readContent(bytes, contentType)
  const decoded = 'text' in content ? content.text : decodeText(bytes, 'utf-8')
  if (decoded === undefined) {
    refuseWhereAsked(reading, 'The response is not valid JSON: its bytes are no valid text')
    return { ...bytesValue(bytesRedactor(reading.secrets)(bytes), contentType) }
  }
  const text = redactor(reading.secrets)(decoded)
  // Nothing, as for a 204 and HEAD, whatever the content type says.
  if (text.trim() === '') return null
  try {
    return parseForeignJson(text)
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    refuseWhereAsked(reading, 'The response is not valid JSON', cause)
    return 'text' in content ? text : { ...bytesValue(bytesRedactor(reading.secrets)(bytes), contentType) }
  }
}

/** Throws NODE_FAILED where JSON was asked for, else warns. */
const refuseWhereAsked = (reading: Reading, message: string, cause?: unknown): void => {
  if (reading.responseType === 'json') throw new MillraceError('NODE_FAILED', message, { cause })
  reading.warn('The body is labelled JSON but is none: it is kept as it came')
}

/** Asked for, whatever it is: what is no text in its charset becomes U+FFFD. */
const readText = (bytes: Uint8Array, contentType: string | undefined, reading: Reading): string => {
  const media = parseMediaType(contentType)
  const encoding = encodingFor(bytes, media)
  if (encoding === undefined)
    reading.warn(`The charset ${media.charset} is not known: the body is read as utf-8`)
  return redactor(reading.secrets)(decodeLoosely(bytes, encoding ?? 'utf-8'))
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
