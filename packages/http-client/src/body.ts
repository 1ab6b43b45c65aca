import { MillraceError } from '@millrace/contracts'
import type { Dispatcher } from 'undici'
import { ContentCodingError, decodeContent } from './content-coding.js'

/** A HEAD, 204 or 304 tells the coding and length of a body that it does not send. RFC 9110, sections 6.4.1 and 8.6. */
const isBodiless = (method: string, status: number): boolean =>
  method === 'HEAD' || status === 204 || status === 304

/**
 * The whole body, its content codings taken off; the cap holds for what came and for what comes out.
 * Throws MillraceError HTTP_RESPONSE_TOO_LARGE, or HTTP_FAILED for a coding that cannot be decoded.
 */
export async function readBody(
  method: string,
  answer: Dispatcher.ResponseData,
  maxBytes: number,
): Promise<Uint8Array> {
  if (isBodiless(method, answer.statusCode)) {
    // undici waits for as many bytes as the Content-Length says, and takes their absence for an error.
    await answer.body.dump().catch(() => {})
    return new Uint8Array()
  }
  const received = await collect(answer, maxBytes)
  const coding = answer.headers['content-encoding']
  try {
    return await decodeContent(received, Array.isArray(coding) ? coding.join(',') : coding, maxBytes)
  } catch (error) {
    throw explainCoding(error, maxBytes)
  }
}

async function collect(answer: Dispatcher.ResponseData, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) {
      answer.body.destroy()
      throw tooLarge(maxBytes)
    }
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

const tooLarge = (maxBytes: number): MillraceError =>
  new MillraceError('HTTP_RESPONSE_TOO_LARGE', `the response is over ${maxBytes} bytes`, {
    details: { retryable: false },
  })

function explainCoding(error: unknown, maxBytes: number): unknown {
  if (!(error instanceof ContentCodingError)) return error
  if (error.reason === 'too-large') return tooLarge(maxBytes)
  return new MillraceError('HTTP_FAILED', error.message, {
    cause: error,
    // Damaged content may have been cut off on its way; what is not known stays so.
    ...(error.reason === 'unknown' ? { details: { retryable: false } } : {}),
  })
}
