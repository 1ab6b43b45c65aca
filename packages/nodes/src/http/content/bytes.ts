import type { Json } from '@millrace/contracts'

/** Content that is not text, as plain data: what `http.request` and a webhook give, and what is sent as these bytes again. */
export interface BytesValue {
  readonly base64: string
  /** As it was labelled; `application/octet-stream` where it was not. */
  readonly contentType: string
  /** In bytes. */
  readonly size: number
}

const UNLABELLED = 'application/octet-stream'

export const bytesValue = (bytes: Uint8Array, contentType: string | undefined): BytesValue => ({
  base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  contentType: contentType === undefined || contentType === '' ? UNLABELLED : contentType,
  size: bytes.byteLength,
})

/** Bytes as an author gives them: of what `bytesValue` has, all but `base64` may be left out. */
export interface GivenBytes {
  readonly bytes: Buffer
  readonly contentType: string | undefined
  readonly fileName: string | undefined
  /** It has all that `bytesValue` gives, with a true size: nothing else is likely to look like that. */
  readonly certain: boolean
}

const MEMBERS: ReadonlySet<string> = new Set(['base64', 'contentType', 'size', 'fileName'])
/** What may stand in the header that says the type. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Undefined for a value that is something else. */
export const givenBytes = (value: Json | undefined): GivenBytes | undefined => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  if (!Object.keys(value).every((name) => MEMBERS.has(name))) return undefined
  const { base64, contentType, size, fileName } = value
  if (typeof base64 !== 'string' || base64.length % 4 !== 0 || !BASE64.test(base64)) return undefined
  if (!isTextOrNothing(contentType) || !HEADER_VALUE.test(contentType ?? '') || !isTextOrNothing(fileName))
    return undefined
  const bytes = Buffer.from(base64, 'base64')
  return { bytes, contentType, fileName, certain: contentType !== undefined && size === bytes.byteLength }
}

const isTextOrNothing = (value: Json | undefined): value is string | undefined =>
  value === undefined || typeof value === 'string'
