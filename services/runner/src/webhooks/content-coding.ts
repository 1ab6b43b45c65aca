import { MillraceError } from '@millrace/contracts'
import { ContentCodingError, decodeContent } from '@millrace/http-client'
import type { IncomingHook } from './verify.js'

/**
 * The body without the content codings of its request. Called once the request has been verified: signatures are over
 * the bytes as they were sent, and nobody else may make us unpack anything.
 * @throws UNSUPPORTED_CONTENT_CODING, BODY_TOO_LARGE beyond `maxBytes` decoded ones, INVALID_REQUEST when damaged
 */
export const decodedBody = async ({ headers, body }: IncomingHook, maxBytes: number): Promise<Uint8Array> => {
  const coding = headers['content-encoding']
  if (coding === undefined) return body
  try {
    return await decodeContent(body, String(coding), maxBytes)
  } catch (error) {
    throw error instanceof ContentCodingError ? explain(error, maxBytes) : error
  }
}

const explain = (error: ContentCodingError, maxBytes: number): MillraceError => {
  switch (error.reason) {
    case 'unknown':
      return new MillraceError('UNSUPPORTED_CONTENT_CODING', error.message)
    case 'too-large':
      return new MillraceError('BODY_TOO_LARGE', `The body is over ${maxBytes} bytes once it is decoded`)
    case 'damaged':
      return new MillraceError('INVALID_REQUEST', error.message)
  }
}
