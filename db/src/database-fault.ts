import { ingestRoleIsReady } from './ingest-role.js'
import { readMigrations } from './migrations.js'
import type { Sql } from './open.js'

/** What keeps this version from working on a database. `text` is one sentence that says what to do. */
export interface DatabaseFault {
  readonly kind: 'empty' | 'older' | 'newer' | 'read_only' | 'ingest_role'
  readonly text: string
}

const MIGRATE = 'start the workflow service, or run: node db/dist/migrate-main.js'

/**
 * Looks whether the schema is the one this version was built for, and whether runs can be accepted on it.
 * @returns undefined when they can.
 */
export const findDatabaseFault = async (sql: Sql): Promise<DatabaseFault | undefined> => {
  const [state] = await sql<[{ migrated: boolean; readOnly: boolean }]>`
    SELECT to_regclass('schema_migrations') IS NOT NULL AS migrated,
           current_setting('transaction_read_only') = 'on' AS "readOnly"`
  if (!state.migrated) return fault('empty', `the database has no schema yet: ${MIGRATE}`)
  return (
    (await findSchemaFault(sql)) ??
    (state.readOnly
      ? fault('read_only', 'the database takes no writes: DATABASE_URL must lead to the primary server')
      : undefined) ??
    ((await ingestRoleIsReady(sql))
      ? undefined
      : fault('ingest_role', `the role that accepts runs is missing or lacks its rights: ${MIGRATE}`))
  )
}

let known: ReadonlySet<string> | undefined

const findSchemaFault = async (sql: Sql): Promise<DatabaseFault | undefined> => {
  known ??= new Set(readMigrations().map(({ name }) => name))
  const rows = await sql<{ name: string }[]>`SELECT name FROM schema_migrations ORDER BY name`
  const applied = new Set(rows.map(({ name }) => name))
  const missing = [...known].find((name) => !applied.has(name))
  if (missing !== undefined)
    return fault('older', `the schema is older than this version, it lacks ${missing}: ${MIGRATE}`)
  const unknown = [...applied].find((name) => !known?.has(name))
  return unknown === undefined
    ? undefined
    : fault('newer', `the schema is newer than this version, it has ${unknown}: start the newer version`)
}

const fault = (kind: DatabaseFault['kind'], text: string): DatabaseFault => ({ kind, text })
