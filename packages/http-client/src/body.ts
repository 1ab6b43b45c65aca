import { pipeline } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { MillraceError } from '@millrace/contracts'
import type { Dispatcher } from 'undici'

const DECODERS: Record<string, () => NodeJS.ReadWriteStream> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/** The whole body, decompressed; the cap holds for what comes out, so that a small bomb stays small. */
export async function decodeBody(answer: Dispatcher.ResponseData, maxBytes: number): Promise<Uint8Array> {
  const encoding = String(answer.headers['content-encoding'] ?? '')
    .trim()
    .toLowerCase()
  const decoder = DECODERS[encoding]
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
