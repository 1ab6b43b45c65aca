import { MillraceError } from '@millrace/contracts'
import type { HttpRequest } from './types.js'

/** Of an answer, all headers together: Node's own limit. */
export const MAX_HEADER_BYTES = 16_384

/** What went wrong, without the URL's query, which may hold a key (I8). */
export function explain(error: unknown, request: HttpRequest): unknown {
  if (error instanceof MillraceError) return error
  if (request.signal?.aborted) return error
  const cause = error instanceof Error && error.cause instanceof MillraceError ? error.cause : undefined
  if (cause !== undefined) return cause
  const { code, message } = error as { code?: unknown; message?: unknown }
  const place = URL.parse(request.url)?.host ?? 'the host'
  const text = LASTING.get(String(isUnaskedContinue(error) ? 100 : code))
  return new MillraceError('HTTP_FAILED', `${place}: ${text ?? withCode(code, String(message))}`, {
    cause: error,
    ...(text === undefined && code !== 'UND_ERR_INVALID_ARG' ? {} : { details: { retryable: false } }),
  })
}

/** What comes out the same every time, as does what undici refuses to send (UND_ERR_INVALID_ARG). */
const LASTING: ReadonlyMap<string, string> = new Map([
  ['UND_ERR_HEADERS_OVERFLOW', `the headers of the answer are over ${MAX_HEADER_BYTES} bytes`],
  ['100', 'the server answered 100 Continue to a request that did not ask for it'],
])

/** undici skips other 1xx, and takes this one for an error of the connection. RFC 9110, section 15.2.1. */
export const isUnaskedContinue = (error: unknown): boolean =>
  error instanceof Error &&
  Reflect.get(error, 'code') === 'UND_ERR_SOCKET' &&
  error.message === 'bad response'

const withCode = (code: unknown, text: string): string =>
  typeof code === 'string' && !text.includes(code) ? `${code} ${text}` : text
