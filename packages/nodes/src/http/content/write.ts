import { type Json, MillraceError, stringifyJson } from '@millrace/contracts'
import { givenBytes } from './bytes.js'
import { encodeText, encodingOf } from './charset.js'
import { type ListStyle, pairsOf, writeForm } from './form.js'
import { FORM_TYPE, isBinaryType, isJsonType, MULTIPART_TYPE, parseMediaType } from './media-type.js'
import { boundaryIn, writeMultipart } from './multipart.js'

/** What goes over the wire, and the type that says what it is. */
export interface WrittenContent {
  readonly content: string | Uint8Array
  readonly contentType: string
}

const JSON_TYPE = 'application/json'

/**
 * A value as the content that its label promises. `contentType` is what the author says it is; without it bytes keep
 * their own, text is plain UTF-8 text and anything else JSON. Throws INVALID_PARAMS where the value cannot be that.
 */
export const writeContent = (
  value: Json,
  contentType: string | undefined,
  lists: ListStyle = 'repeat',
): WrittenContent => {
  const { type, charset } = parseMediaType(contentType)
  const bytes = givenBytes(value)
  if (bytes !== undefined && (type === '' ? bytes.certain : !isJsonType(type) && !isFields(type)))
    return { content: bytes.bytes, contentType: contentType ?? bytes.contentType ?? '' }
  if (typeof value === 'string') return inCharset(value, contentType ?? 'text/plain; charset=utf-8', charset)
  if (type === FORM_TYPE) return writeFormContent(fieldsOf(value, type), contentType ?? type, charset, lists)
  if (type === MULTIPART_TYPE) return writeMultipart(fieldsOf(value, type), boundaryIn(contentType ?? ''))
  if (isNoJson(type))
    throw new MillraceError(
      'INVALID_PARAMS',
      `A body of type ${type} is bytes, or text that is already written: this is ${kindOf(value)}`,
    )
  return inCharset(stringifyJson(value), contentType ?? JSON_TYPE, charset)
}

const kindOf = (value: Json): string => {
  if (value === null) return 'nothing'
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object'
  return typeof value === 'boolean' ? 'true or false' : 'a number'
}

/** Content that JSON text never is. */
const isNoJson = (type: string): boolean =>
  type.startsWith('multipart/') || /[/+]xml$/.test(type) || isBinaryType(type)

const isFields = (type: string): boolean => type === FORM_TYPE || type === MULTIPART_TYPE

const fieldsOf = (value: Json, type: string): { readonly [name: string]: Json } => {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value
  throw new MillraceError(
    'INVALID_PARAMS',
    `A body of type ${type} is an object of fields, or text that is already written`,
  )
}

const writeFormContent = (
  fields: { readonly [name: string]: Json },
  contentType: string,
  charset: string | undefined,
  lists: ListStyle,
): WrittenContent => {
  const content = writeForm(pairsOf(fields, lists), known(charset))
  if (content === undefined) throw cannotWrite(charset)
  return { content, contentType }
}

const inCharset = (text: string, contentType: string, charset: string | undefined): WrittenContent => {
  const encoding = known(charset)
  if (encoding === 'utf-8') return { content: text, contentType }
  const content = encodeText(text, encoding)
  if (content === undefined) throw cannotWrite(charset)
  return { content, contentType }
}

const known = (charset: string | undefined): string => {
  const encoding = charset === undefined ? 'utf-8' : encodingOf(charset)
  if (encoding !== undefined) return encoding
  throw new MillraceError('INVALID_PARAMS', `The charset ${charset} of the content type is not known`)
}

const cannotWrite = (charset: string | undefined): MillraceError =>
  new MillraceError(
    'INVALID_PARAMS',
    `The body holds text that the charset ${charset} cannot write: use utf-8`,
  )
