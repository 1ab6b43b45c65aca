import { type Json, MillraceError } from '@millrace/contracts'
import { parseJsonBody } from '@millrace/http-api'
import {
  bytesValue,
  decodeText,
  encodingOf,
  FORM_TYPE,
  isJsonType,
  type MediaType,
  parseMediaType,
  readContent,
  readForm,
  readUnlabelledForm,
} from '@millrace/nodes'
import { parseMultipart } from './multipart.js'

/**
 * The body as the run gets it, parsed only after the request has been verified: JSON by its content type, forms
 * as an object, other text by its charset, anything else as `{ base64, contentType, size }`; null when there is none.
 * @throws MALFORMED_JSON, JSON_TOO_DEEP, INVALID_REQUEST
 */
export const parseHookBody = (contentType: string | undefined, raw: Uint8Array): Json | Promise<Json> => {
  if (raw.length === 0) return null
  const media = parseMediaType(contentType)
  if (isJsonType(media.type)) return parseJsonBody(jsonBytes(raw, contentType, media))
  if (media.type === FORM_TYPE) return parseFormBody(raw, media) ?? { ...bytesValue(raw, contentType) }
  if (media.type === 'multipart/form-data') return parseMultipart(contentType ?? '', raw).then(toFields)
  const content = readContent(raw, contentType)
  return 'text' in content ? content.text : { ...content.bytes }
}

/** In UTF-8, which JSON is but for what a label or a byte order mark says. */
const jsonBytes = (raw: Uint8Array, contentType: string | undefined, { charset }: MediaType): Uint8Array => {
  const mayBeOther =
    (charset !== undefined && encodingOf(charset) !== 'utf-8') || raw[0] === 0xff || raw[0] === 0xfe
  if (!mayBeOther) return raw
  const content = readContent(raw, contentType)
  return 'text' in content ? Buffer.from(content.text) : raw
}

/** Undefined where the form is no text in the charset it names. */
const parseFormBody = (raw: Uint8Array, { charset }: MediaType): Json | undefined => {
  const named = charset ?? namedInForm(raw)
  if (named === undefined) return parseForm(Buffer.from(raw).toString('latin1'))
  const encoding = encodingOf(named)
  const text = encoding === undefined ? undefined : decodeText(raw, encoding)
  const pairs = text === undefined ? undefined : readForm(text, encoding ?? '')
  return pairs === undefined ? undefined : toFields(pairs)
}

/** A field in which browsers tell the charset of their form. WHATWG HTML, section 4.10.22.4. */
const namedInForm = (raw: Uint8Array): string | undefined =>
  /(?:^|&)_charset_=([\w-]+)/.exec(Buffer.from(raw).toString('latin1'))?.[1]

/**
 * A form or a query, one character a byte. Repeated names become arrays, in order.
 * @throws INVALID_REQUEST on what Postgres cannot store (D7), or a name that would reach a prototype.
 */
export const parseForm = (text: string): Record<string, Json> => toFields(readUnlabelledForm(text))

const toFields = (pairs: readonly (readonly [string, Json])[]): Record<string, Json> => {
  const fields = new Map<string, Json[]>()
  for (const [name, value] of pairs) {
    if (name === '__proto__' || name.includes('\0') || (typeof value === 'string' && value.includes('\0'))) {
      throw new MillraceError('INVALID_REQUEST', 'A form or query field is called __proto__ or holds U+0000')
    }
    const values = fields.get(name)
    if (values === undefined) fields.set(name, [value])
    else values.push(value)
  }
  return Object.fromEntries(
    [...fields].map(([name, values]) => [name, values.length === 1 ? values[0]! : values]),
  )
}
