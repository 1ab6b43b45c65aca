import type { Socket } from 'node:net'
import { isUnaskedUpgrade } from './failure.js'
import type { Hop } from './hop.js'

/** RFC 9110, section 9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
const LOST = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

/** Errors of connections that had answered before. Marked here, as a plain ECONNRESET does not tell its socket. */
const lostAfterUse = new WeakSet<object>()

/** Makes the errors of a connection tell whether it had been used. */
export function watchUse<T extends Socket>(socket: T): T {
  return socket.prependListener('error', (error: Error) => {
    if (socket.bytesRead > 0) lostAfterUse.add(error)
  })
}

/**
 * Whether a request that failed before its answer came should be sent once more: it went out on a kept connection that
 * the other side closed meanwhile, as both may do at any time (RFC 9112, section 9.3.1), and to receive it twice does no
 * harm.
 */
export const isStale = (error: unknown, { method, headers }: Hop): boolean =>
  wasLostAfterUse(error) &&
  !isUnaskedUpgrade(error) &&
  (IDEMPOTENT.has(method) || 'idempotency-key' in headers)

function wasLostAfterUse(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, socket } = error as { code?: unknown; socket?: { bytesRead?: number } | null }
  return LOST.has(String(code)) && (lostAfterUse.has(error) || (socket?.bytesRead ?? 0) > 0)
}
