import { setTimeout } from 'node:timers/promises'
import postgres from 'postgres'
import type { Migration } from './migrations.js'
import type { Sql } from './open.js'

const NO_TRANSACTION = '-- millrace: no transaction'
/** Before a statement that a database may refuse for want of an extension or of the right to make one. */
const OPTIONAL = /^-- optional$/m
/** SQLSTATE: insufficient privilege, undefined file, feature not supported, undefined object. */
const REFUSALS: ReadonlySet<unknown> = new Set(['42501', '58P01', '0A000', '42704'])

/**
 * Applies one file and notes that, in a transaction. A file that begins with `-- millrace: no transaction` is applied
 * statement by statement, so that it can make indexes without keeping anybody from writing. It must bear being applied
 * again from its beginning: its process may die.
 */
export const applyMigration = async (connection: Sql, { name, up, checksum }: Migration): Promise<void> => {
  const note = () => connection`INSERT INTO schema_migrations (name, checksum) VALUES (${name}, ${checksum})`
  if (up.startsWith(NO_TRANSACTION)) {
    for (const statement of statementsOf(up)) await applyAlone(connection, statement)
    await note()
  } else
    await whileLocked(connection, name, () =>
      inTransaction(connection, async () => {
        await connection.unsafe(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`)
        await connection.unsafe(up)
        await note()
      }),
    )
}

/**
 * How long a migration waits for a lock. Everybody who comes after it waits too, so it gives way soon and tries again; and
 * sooner than Postgres looks for deadlocks (1 s), so that it is the one to give way there. Milliseconds.
 */
const LOCK_TIMEOUT_MS = 500
const PAUSE_MS = 500
const TRIES = 240
/** SQLSTATE: lock not available, deadlock detected. */
const LOCKED: ReadonlySet<unknown> = new Set(['55P03', '40P01'])

async function whileLocked(connection: Sql, name: string, apply: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await apply()
    } catch (error) {
      if (!(error instanceof postgres.PostgresError) || !LOCKED.has(error.code)) throw error
      if (tries === TRIES) throw new Error(await lockedBy(connection, name), { cause: error })
      await setTimeout(PAUSE_MS)
    }
  }
}

/** Says who is likely to be in the way: transactions that have been open for a while. */
async function lockedBy(connection: Sql, name: string): Promise<string> {
  const others = await connection<{ pid: number; name: string; seconds: number }[]>`
    SELECT pid, coalesce(nullif(application_name, ''), 'unnamed') AS name,
      extract(epoch FROM clock_timestamp() - xact_start)::int AS seconds
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND xact_start < clock_timestamp() - interval '1 s'
    ORDER BY xact_start LIMIT 5`
  const list = others.map((each) => `${each.pid} (${each.name}, open for ${each.seconds} s)`).join(', ')
  return (
    `migration ${name} found a table locked for ${(TRIES * (LOCK_TIMEOUT_MS + PAUSE_MS)) / 1_000} s; ` +
    `open transactions: ${list || 'none that can be seen'}. End them, or try again later`
  )
}

/** A statement ends where a line ends in a semicolon. */
const statementsOf = (text: string): string[] =>
  text.split(/;[ ]*$/m).filter((statement) => statement.replace(/^\s*--.*$/gm, '').trim() !== '')

const applyAlone = async (connection: Sql, statement: string): Promise<void> => {
  try {
    await connection.unsafe(statement)
  } catch (error) {
    const code = error instanceof postgres.PostgresError ? error.code : undefined
    if (!OPTIONAL.test(statement) || !REFUSALS.has(code)) throw error
  }
}

export const inTransaction = async (connection: Sql, work: () => Promise<void>): Promise<void> => {
  await connection.unsafe('BEGIN')
  try {
    await work()
    await connection.unsafe('COMMIT')
  } catch (error) {
    await connection.unsafe('ROLLBACK')
    throw error
  }
}
