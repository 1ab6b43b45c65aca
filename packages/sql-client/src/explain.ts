import { MillraceError } from '@millrace/contracts'
import { InvalidPostgresUrl } from '@millrace/postgres-url'
import { DatabaseError } from 'pg'
import { LostBeforeRunning } from './connection/session.js'

/**
 * What went wrong, in the catalogue's words. What the server says about a statement or a sign-in is QUERY_FAILED;
 * DATABASE_UNREACHABLE means that no server of Postgres was met there, or that it was lost. QUERY_WRITES is what a statement
 * that may only read was refused for.
 */
export function explain(error: unknown, readOnly = false): unknown {
  if (error instanceof LostBeforeRunning) return explain(error.cause, readOnly)
  if (error instanceof InvalidPostgresUrl)
    return new MillraceError('DATABASE_UNREACHABLE', `the credential does not work: ${error.message}`, {
      details: { retryable: false },
    })
  if (error instanceof DatabaseError && error.code !== undefined) return answerOf(error, error.code, readOnly)
  if (error instanceof MillraceError)
    return error.code === 'HTTP_FAILED' ? new MillraceError('DATABASE_UNREACHABLE', error.message) : error
  return new MillraceError('DATABASE_UNREACHABLE', messageOf(error), { cause: error })
}

/** Serialisation failures, deadlocks, full servers and shutdowns pass; all else is the statement's own fault. */
const PASSES = /^(40|53|57P)/
/** Sign-ins without TLS, where the server wants it. */
const NO_ENCRYPTION = /no encryption|SSL off/

/** Read-only transaction; too late to make it another one; a procedure that would end it. */
const LEAVES_READING: ReadonlySet<string> = new Set(['25006', '25001', '2D000'])

function answerOf(error: DatabaseError, sqlstate: string, readOnly: boolean): MillraceError {
  if (readOnly && LEAVES_READING.has(sqlstate))
    return new MillraceError('QUERY_WRITES', error.message, { cause: error, details: { sqlstate } })
  const hint = NO_ENCRYPTION.test(error.message) ? '; add ?sslmode=require to the URL of the credential' : ''
  return new MillraceError('QUERY_FAILED', error.message + hint, {
    cause: error,
    details: { sqlstate, retryable: PASSES.test(sqlstate) },
  })
}

/** The network's errors of several addresses come in one. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  const { code, message } = error as { code?: unknown; message?: unknown }
  const text = String(message ?? error)
  return typeof code === 'string' && !text.includes(code) ? `${code} ${text}` : text
}
