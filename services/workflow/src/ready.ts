import { setTimeout as delay } from 'node:timers/promises'
import type { Sql } from '@millrace/db'

/** Milliseconds: a probe has to answer while the database does not. */
const PATIENCE = 2_000

/** `ok`, or what is wrong. */
export const databaseState = async (sql: Sql): Promise<string> => {
  const patience = new AbortController()
  const answer = sql`SELECT 1`.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.message : 'unreachable'),
  )
  const late = delay(PATIENCE, 'no answer within 2 s', { signal: patience.signal, ref: false })
  try {
    return await Promise.race([answer, late])
  } finally {
    late.catch(() => undefined)
    patience.abort()
  }
}
