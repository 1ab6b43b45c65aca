import { ConfigError } from '@millrace/config'

/** What keeps a process from starting, in one sentence that says what to change. */
export class StartFault extends Error {
  override readonly name = 'StartFault'
}

const DATABASE = 'check DATABASE_URL, and that Postgres is running'

/** By the code of a socket's or a server's error. */
const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: `nobody listens at the database's address: ${DATABASE}`,
  ECONNRESET: `the database broke the connection off: ${DATABASE}`,
  ENOENT: `there is no database socket at the path: ${DATABASE}`,
  ENOTFOUND: `the database's host name is not known: ${DATABASE}`,
  EAI_AGAIN: `the database's host name cannot be looked up: ${DATABASE}`,
  EHOSTUNREACH: `the database's host cannot be reached: ${DATABASE}`,
  ETIMEDOUT: `the database does not answer: ${DATABASE}`,
  CONNECT_TIMEOUT: `the database does not answer: ${DATABASE}`,
  CONNECTION_CLOSED: `the database broke the connection off: ${DATABASE}`,
  '28P01': 'the database refuses the user or the password of DATABASE_URL: correct them',
  '28000': 'the database refuses this user or this host: check DATABASE_URL and pg_hba.conf',
  '3D000': 'the database that DATABASE_URL names does not exist: create it',
  '42501': 'the database user lacks a right: make it the owner of the database and of its schema',
  '57P03': 'the database is starting up or shutting down: start again when it is up',
  '53300': 'the database has no connection left: raise its max_connections, or use a pooler',
  '25006': 'the database takes no writes: DATABASE_URL must lead to the primary server',
  EADDRNOTAVAIL: 'this machine has no such address: correct HOST',
  EACCES: 'this user may not listen on that port: set PORT to one above 1023',
}

/** A database that is only just coming up says one of these. */
const PASSING = new Set(['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'CONNECTION_CLOSED', '57P03', '53300'])

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** True for what a start may sit out for a while. */
export const isPassing = (error: unknown): boolean => PASSING.has(codeOf(error) ?? '')

/** What the log is told, whatever was thrown while starting; never a stack, never a value of the configuration. */
export const startFaultOf = (error: unknown): string => {
  if (error instanceof ConfigError) return error.problems.join('; ')
  if (error instanceof StartFault) return error.message
  const known = SENTENCES[codeOf(error) ?? '']
  const message = error instanceof Error ? error.message : String(error)
  return known === undefined ? message : `${known} (${message.split('\n')[0]})`
}
