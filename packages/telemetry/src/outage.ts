/**
 * Failures that say all there is to know by their message: a server that is away, refuses, or does not answer in time.
 * Where in our code it was noticed says nothing more.
 */
const CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ENOENT',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECT_TIMEOUT',
  'UNAVAILABLE',
])

/** SQLSTATE: connection exceptions, refused users, shutting down or starting, out of room or connections, read-only. */
const SQL_STATE = /^(08...|28...|53...|57P0[1-5]|25006)$/

/** Drivers say these without a code. */
const MESSAGES =
  /^(Connection is closed\.|Connection ended unexpectedly|Connection terminated|connect ETIMEDOUT|Socket timeout|Socket closed|Stream isn't writeable|Reached the max retries|Command timed out|Postgres is away|timeout expired|Query read timeout|.* took longer than \d+ ms$|no answer within|(WRONGPASS|NOAUTH|NOPERM|LOADING|READONLY|OOM|MISCONF|MASTERDOWN|ERR max number of clients)\b)/

const MAX_DEPTH = 5

/** True when the error, or what caused it, is a server that is out of reach or refuses to work just now. */
export const isOutage = (error: unknown): boolean => {
  let current = error
  // Bounded: a chain of causes may be a circle.
  for (let depth = 0; depth < MAX_DEPTH && current instanceof Error; depth++) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : ''
    if (CODES.has(code) || SQL_STATE.test(code) || MESSAGES.test(current.message)) return true
    current = current.cause
  }
  return false
}

/** What the log tells of an outage: no stack. */
export const briefly = (error: Error): { type: string; message: string; code?: unknown } => ({
  type: error.constructor.name,
  message: error.message || (error instanceof AggregateError ? briefCauses(error) : ''),
  ...('code' in error ? { code: error.code } : {}),
})

/** A name with several addresses fails once for each of them, and says so without a message of its own. */
const briefCauses = ({ errors }: AggregateError): string =>
  errors.map((each) => (each instanceof Error ? each.message : String(each))).join('; ')
