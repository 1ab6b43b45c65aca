import { getBOMEncoding, normalizeEncoding, TextDecoder as WhatwgDecoder } from '@exodus/bytes/encoding.js'
import { createMultibyteEncoder } from '@exodus/bytes/multi-byte.js'
import { createSinglebyteEncoder } from '@exodus/bytes/single-byte.js'

/**
 * Text in the encodings of the WHATWG Encoding Standard, by its labels. Nothing is replaced: bytes that are not text in
 * their encoding give no text, and text that an encoding cannot write gives no bytes. Node's own decoder is used for
 * UTF-8 alone: it reads windows-1252 as latin1.
 */

/** The encoding of a label, such as `windows-1252` for `latin1`; undefined for one that is not known. */
export const encodingOf = (label: string): string | undefined => normalizeEncoding(label.trim()) ?? undefined

/** The encoding that a byte order mark at the beginning tells. */
export const markedEncoding = (bytes: Uint8Array): string | undefined => getBOMEncoding(bytes) ?? undefined

/** Without its byte order mark; undefined where the bytes are no text in this encoding. */
export const decodeText = (bytes: Uint8Array, encoding: string): string | undefined => {
  try {
    return encoding === 'utf-8'
      ? new TextDecoder('utf-8', { fatal: true }).decode(bytes)
      : new WhatwgDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** U+FFFD stands for what is no text in this encoding. */
export const decodeLoosely = (bytes: Uint8Array, encoding: string): string =>
  encoding === 'utf-8' ? new TextDecoder().decode(bytes) : new WhatwgDecoder(encoding).decode(bytes)

/** Undefined where this encoding cannot write the text. */
export const encodeText = (text: string, encoding: string): Uint8Array | undefined => {
  if (encoding === 'utf-8') return Buffer.from(text)
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le')
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16()
  return encodeBy(createSinglebyteEncoder, text, encoding) ?? encodeBy(createMultibyteEncoder, text, encoding)
}

const encodeBy = (
  create: (encoding: string) => (text: string) => Uint8Array,
  text: string,
  encoding: string,
): Uint8Array | undefined => {
  try {
    return create(encoding)(text)
  } catch {
    return undefined
  }
}
