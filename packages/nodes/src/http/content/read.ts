import { type BytesValue, bytesValue } from './bytes.js'
import { decodeText, encodingOf, markedEncoding } from './charset.js'
import { isBinaryType, isTextType, type MediaType, parseMediaType } from './media-type.js'

export type Content =
  | { readonly text: string }
  /** `warning` says why what should be text is not. */
  | { readonly bytes: BytesValue; readonly warning?: string }

/**
 * Text where the bytes are text in the charset of their type, else the bytes themselves: nothing is replaced, so that
 * what is passed on is what came. Text is UTF-8 where no charset is named, and holds no U+0000, which cannot be stored.
 */
export const readContent = (bytes: Uint8Array, contentType: string | undefined): Content => {
  const media = parseMediaType(contentType)
  const encoding = encodingFor(bytes, media)
  const kept = { bytes: bytesValue(bytes, contentType) }
  if (encoding === undefined)
    return { ...kept, warning: `The charset ${media.charset} is not known: the bytes are kept` }
  const text = decodeText(bytes, encoding)
  if (text !== undefined && !text.includes('\0')) return { text }
  return isTextType(media.type)
    ? {
        ...kept,
        warning: `The body is labelled ${media.type} but is no text in ${encoding}: the bytes are kept`,
      }
    : kept
}

/** Undefined for a charset that is not known. */
export const encodingFor = (bytes: Uint8Array, { type, charset }: MediaType): string | undefined => {
  const isText = isTextType(type)
  // A mark goes before a label, as in browsers; in what may be anything it would be a guess.
  const marked = isText ? markedEncoding(bytes) : undefined
  if (marked !== undefined) return marked
  return charset === undefined || isBinaryType(type) ? 'utf-8' : encodingOf(charset)
}
