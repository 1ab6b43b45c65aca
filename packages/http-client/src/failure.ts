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
  const key = String(isUnaskedUpgrade(error) ? 101 : code)
  const text = LASTING.get(key)
  const why = text ?? PASSING.get(key) ?? withCode(code, String(message))
  return new MillraceError('HTTP_FAILED', `${place}: ${why}`, {
    cause: error,
    ...(text === undefined && code !== 'UND_ERR_INVALID_ARG' ? {} : { details: { retryable: false } }),
  })
}

/** What comes out the same every time, as does what undici refuses to send (UND_ERR_INVALID_ARG). */
const LASTING: ReadonlyMap<string, string> = new Map([
  ['UND_ERR_HEADERS_OVERFLOW', `the headers of the answer are over ${MAX_HEADER_BYTES} bytes`],
  ['101', 'the server answered 101 Switching Protocols to a request that did not ask for it'],
])

/** What undici says of an answer that it cannot read, in words; another try may get a better one. */
const PASSING: ReadonlyMap<string, string> = new Map([
  [
    'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
    'the answer is not valid HTTP, or not as long as its Content-Length says',
  ],
  ['ERR_ASSERTION', 'the answer is not valid HTTP: its status is none between 100 and 999'],
])

/** RFC 9110, section 15.2.2: what follows would be in a protocol that nobody here speaks. */
export const isUnaskedUpgrade = (error: unknown): boolean =>
  error instanceof Error && Reflect.get(error, 'code') === 'UND_ERR_SOCKET' && error.message === 'bad upgrade'

const withCode = (code: unknown, text: string): string =>
  typeof code === 'string' && !text.includes(code) ? `${code} ${text}` : text
