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
    await inTransaction(connection, async () => {
      await connection.unsafe(up)
      await note()
    })
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
