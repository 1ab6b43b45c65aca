import { pipeline } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { MillraceError } from '@millrace/contracts'
import type { Dispatcher } from 'undici'

const DECODERS = new Map<string, () => NodeJS.ReadWriteStream>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
])

/** A HEAD or 304 tells the encoding of a body that it does not send. RFC 9110, section 6.4.1. */
const isBodiless = (method: string, answer: Dispatcher.ResponseData): boolean =>
  method === 'HEAD' ||
  answer.statusCode === 204 ||
  answer.statusCode === 304 ||
  answer.headers['content-length'] === '0'

/** The whole body, decompressed; the cap holds for what comes out, so that a small bomb stays small. */
export async function decodeBody(
  method: string,
  answer: Dispatcher.ResponseData,
  maxBytes: number,
): Promise<Uint8Array> {
  const encoding = String(answer.headers['content-encoding'] ?? '')
    .trim()
    .toLowerCase()
  const decoder = isBodiless(method, answer) ? undefined : DECODERS.get(encoding)
  const stream = decoder === undefined ? answer.body : pipeline(answer.body, decoder(), () => {})
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) {
      answer.body.destroy()
      throw new MillraceError('HTTP_RESPONSE_TOO_LARGE', `the response is over ${maxBytes} bytes`, {
        details: { retryable: false },
      })
    }
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}
