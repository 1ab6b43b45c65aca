/**
 * What a failed statement means. Source: https://www.postgresql.org/docs/current/errcodes-appendix.html, and the
 * codes of postgres.js and of Node's sockets.
 */
export type Failure =
  /** The database is away, overloaded or chose us as a deadlock's victim; whether we committed is unknown. */
  | 'transient'
  /** It refuses this data and always will (D7). */
  | 'data'
  /** Our own pool has been closed. */
  | 'closed'
  /** Anything else: a bug, a missing migration. */
  | 'bug'

const CLOSED = new Set(['CONNECTION_ENDED', 'CONNECTION_DESTROYED'])
const LOST = new Set(['CONNECTION_CLOSED', 'CONNECT_TIMEOUT'])
const SOCKET = /^E[A-Z]{4,}$/
/** Connection, rollback (deadlock), resources, operator intervention (shutdown), system. */
const TRANSIENT_CLASSES = new Set(['08', '40', '53', '57', '58'])
/** 55P03 lock not available, 25006 a failover left us on a read-only node. */
const TRANSIENT_STATES = new Set(['55P03', '25006'])
/** Data exception, integrity violation, program limit exceeded. */
const DATA_CLASSES = new Set(['22', '23', '54'])
const DATABASE_DROPPED = '57P04'

export const classifyFailure = (error: unknown): Failure => {
  const code = errorCode(error)
  // It ended the session, or never began one: whatever its code says, it is not about the data of a statement.
  if (isFatal(error) && !TRANSIENT_CLASSES.has(code?.slice(0, 2) ?? '')) return 'bug'
  if (code === undefined || code === DATABASE_DROPPED) return 'bug'
  if (CLOSED.has(code)) return 'closed'
  if (LOST.has(code) || SOCKET.test(code) || TRANSIENT_STATES.has(code)) return 'transient'
  const state = code.length === 5 ? code.slice(0, 2) : ''
  if (TRANSIENT_CLASSES.has(state)) return 'transient'
  return DATA_CLASSES.has(state) ? 'data' : 'bug'
}

const isFatal = (error: unknown): boolean =>
  error instanceof Error && 'severity' in error && (error.severity === 'FATAL' || error.severity === 'PANIC')

const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
