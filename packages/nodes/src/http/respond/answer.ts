import { stringifyJson } from '@millrace/contracts'
import type { NodeResponse } from '../../define.js'
import { givenBytes } from '../content/bytes.js'
import { isJsonType, parseMediaType } from '../content/media-type.js'
import { type WrittenContent, writeContent } from '../content/write.js'

/** RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])
const JSON_TYPE = 'application/json; charset=utf-8'

/** What the caller of a webhook is sent; both undefined for a status that has no body. */
export type WrittenAnswer = WrittenContent | { readonly content: undefined; readonly contentType: undefined }

/**
 * An answer as it goes over the wire. Text is sent as it is when its content type is given and is not JSON, bytes as they
 * are, anything else as its content type says, or as JSON. Throws INVALID_PARAMS where the body cannot be that.
 */
export const writeAnswer = ({ status, headers, body }: NodeResponse): WrittenAnswer => {
  if (BODILESS.has(status)) return { content: undefined, contentType: undefined }
  const contentType = contentTypeOf(headers)
  const isJson = contentType === undefined || isJsonType(parseMediaType(contentType).type)
  if (isJson && (typeof body === 'string' || givenBytes(body)?.certain !== true))
    return { content: stringifyJson(body), contentType: contentType ?? JSON_TYPE }
  return writeContent(body, contentType)
}

const contentTypeOf = (headers: Record<string, string>): string | undefined =>
  Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1]
