import type { IncomingMessage } from 'node:http'
import { MillraceError } from '@millrace/contracts'

/**
 * The body of a `GET`, which Fastify does not read. Left out, it would be missing from the run, and from what a
 * signature is over. Nearly no `GET` has one, and then nothing is read.
 * @throws BODY_TOO_LARGE beyond `maxBytes`, INVALID_REQUEST when it breaks off
 */
export const bodyOfGet = async (request: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers
  if (coding === undefined && (length === undefined || length === '0')) return Buffer.alloc(0)
  if (Number(length) > maxBytes) throw tooLarge(maxBytes)
  const chunks: Buffer[] = []
  let size = 0
  try {
    // Kept open, so that the refusal can still be sent.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += chunk.length
      if (size > maxBytes) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw new MillraceError('INVALID_REQUEST', 'The request broke off before all of it had come', { cause })
  }
  if (size <= maxBytes) return Buffer.concat(chunks, size)
  request.resume()
  throw tooLarge(maxBytes)
}

const tooLarge = (maxBytes: number): MillraceError =>
  new MillraceError('BODY_TOO_LARGE', `The body is over ${maxBytes} bytes`)
