import { promisify } from 'node:util'
import * as zlib from 'node:zlib'

/** Decodes one coding; throws RangeError beyond `maxOutputLength` bytes, another error on damaged data. */
type Decoder = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>

const inflate: Decoder = promisify(zlib.inflate)
const inflateRaw: Decoder = promisify(zlib.inflateRaw)

/** RFC 9110 means zlib's format by `deflate`; some servers send the bare data. RFC 1950, section 2.2, tells them apart. */
const inflateEither: Decoder = (bytes, options) =>
  ((bytes[0] ?? 0) & 0x0f) === 8 && (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)) % 31 === 0
    ? inflate(bytes, options)
    : inflateRaw(bytes, options)

const gunzip: Decoder = promisify(zlib.gunzip)
/** Node has it from 22.15 on. */
const zstd: unknown = Reflect.get(zlib, 'zstdDecompress')

const DECODERS = new Map<string, Decoder>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflateEither],
  ['br', promisify(zlib.brotliDecompress)],
  ...(typeof zstd === 'function' ? [['zstd', promisify(zstd) as Decoder] as const] : []),
])

/** What to send as `Accept-Encoding`: only what `decodeContent` takes. */
export const ACCEPTED_CODINGS = [...DECODERS.keys()].filter((name) => name !== 'x-gzip').join(', ')

/** More in one chain is no server's way of sending, and each costs a pass. */
const MAX_CODINGS = 4

/** Why content could not be decoded. */
export class ContentCodingError extends Error {
  constructor(
    readonly reason: 'unknown' | 'damaged' | 'too-large',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/**
 * Takes the codings of a `Content-Encoding` off, the last one first (RFC 9110, section 8.4). `maxBytes` holds for what
 * each gives, so that a small bomb stays small. Throws ContentCodingError.
 */
export async function decodeContent(
  bytes: Uint8Array,
  contentEncoding: string | undefined,
  maxBytes: number,
): Promise<Uint8Array> {
  const codings = codingsOf(contentEncoding)
  // Nothing is nothing in every coding, though none of them writes it so.
  if (bytes.byteLength === 0 || codings.length === 0) return bytes
  const decoders = codings.map(decoderOf)
  if (decoders.length > MAX_CODINGS)
    throw new ContentCodingError('unknown', `more than ${MAX_CODINGS} content codings`)
  let decoded = bytes
  for (const decode of decoders.reverse()) decoded = await decodeOne(decode, decoded, maxBytes)
  return decoded
}

const codingsOf = (contentEncoding = ''): string[] =>
  contentEncoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')

function decoderOf(name: string): Decoder {
  const decoder = DECODERS.get(name)
  if (decoder === undefined)
    throw new ContentCodingError('unknown', `the content coding ${name.slice(0, 40)} is not known`)
  return decoder
}

async function decodeOne(decode: Decoder, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  try {
    return await decode(bytes, { maxOutputLength: Math.max(1, maxBytes) })
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new ContentCodingError('too-large', `the content is over ${maxBytes} bytes once decoded`, {
        cause,
      })
    const said = cause instanceof Error ? cause.message : 'damaged'
    throw new ContentCodingError('damaged', `the content cannot be decoded: ${said}`, { cause })
  }
}
