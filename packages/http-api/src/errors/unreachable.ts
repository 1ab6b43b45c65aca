/** Codes of postgres.js and of sockets that mean "the database cannot be reached right now". */
const SOCKET_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECT_TIMEOUT',
])

/** SQLSTATE: connection exceptions (class 08), shutting down or starting (57P0x), out of connections (53300). */
const SQL_STATE = /^(08...|57P0[123]|53300)$/

/** True when the error, or what caused it, says that a database or another backend is out of reach. */
export const isUnreachable = (error: unknown): boolean => {
  let current = error
  // Bounded: a chain of causes may be a circle.
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    const code = 'code' in current ? current.code : undefined
    if (typeof code === 'string' && (SOCKET_CODES.has(code) || SQL_STATE.test(code))) return true
    current = current.cause
  }
  return false
}

/**
 * SQLSTATE of a server that is not as this version needs it: no such user, database, table, function or right, or it
 * takes no writes. Somebody has to set it right; no caller can.
 */
const UNPREPARED = /^(28...|3D000|3F000|42P01|42883|42704|42501|25006)$/

/** True when a database answered that it is not prepared for this version, or ended the session for a reason of its own. */
export const isUnprepared = (error: unknown): boolean => {
  let current = error
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    const code = 'code' in current ? current.code : undefined
    if (typeof code === 'string' && UNPREPARED.test(code)) return true
    if ('severity' in current && current.severity === 'FATAL') return true
    current = current.cause
  }
  return false
}
