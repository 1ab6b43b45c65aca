import { existsSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { forDriver, forPostgresJs } from '@millrace/postgres-url'
import postgres from 'postgres'
import { applyMigration, inTransaction } from './apply-migration.js'
import { ensureIngestRole, grantToIngestRole } from './ingest-role.js'
import { MIGRATIONS, type Migration, readMigrations } from './migrations.js'
import type { Sql } from './open.js'

/**
 * Owns the `schema_migrations` table. Migrations are plain SQL files, applied in the order of their names, each
 * in a transaction of its own, by one process at a time; once applied, a file never changes.
 */

/** Any fixed number; "millrace" on a telephone keypad. */
const LOCK_KEY = 64557223
/** Milliseconds. */
const LOCK_POLL = 100

/** What a file was before it was changed without changing what it does to a database that has it. */
const FORMER_CHECKSUMS: Readonly<Record<string, string>> = {
  // It could be applied by a superuser only, even where the role was there.
  '0080_ingest_role': '6c47d44972d0fefd617b7932bee3937f22055c1c61bc4215302c92c1677f169b',
  // A comment claimed a figure.
  '0094_flush_events': '5db2c5899e1bd7bb05e6debe7dd7a41f94fb925541ff912b4fca14fb93f3b05b',
}

/**
 * Brings the database to the newest schema, and makes what a dump does not hold: the role that accepts runs. Any number
 * of processes may call it at once: they take turns, and all but the first find nothing to do.
 * @returns the names of the migrations this call has applied.
 * @throws Error when an applied migration's file has changed, the database is newer than this code, or this user may not
 * make the role that accepts runs.
 */
export const migrate = (target: string | Sql): Promise<string[]> =>
  withLock(target, async (connection) => {
    const applied = await readApplied(connection)
    const all = readMigrations()
    checkHistory(all, applied)
    const pending = all.filter((migration) => !applied.has(migration.name))
    await ensureIngestRole(connection)
    for (const migration of pending) await applyMigration(connection, migration)
    await grantToIngestRole(connection)
    return pending.map((migration) => migration.name)
  })

/**
 * Takes back the last `steps` migrations, newest first.
 * @returns their names.
 * @throws Error when one of them has no `.down.sql`; those before it stay taken back.
 */
export const migrateDown = (target: string | Sql, steps: number): Promise<string[]> =>
  withLock(target, async (connection) => {
    const applied = [...(await readApplied(connection)).keys()].sort().reverse().slice(0, steps)
    for (const name of applied) {
      const file = new URL(`${name}.down.sql`, MIGRATIONS)
      if (!existsSync(file)) throw new Error(`migration ${name} cannot be taken back: it has no .down.sql`)
      await inTransaction(connection, async () => {
        await connection.unsafe(readFileSync(file, 'utf8'))
        await connection`DELETE FROM schema_migrations WHERE name = ${name}`
      })
    }
    return applied
  })

const checkHistory = (all: readonly Migration[], applied: ReadonlyMap<string, string>): void => {
  const known = new Map(all.map((migration) => [migration.name, migration.checksum]))
  for (const [name, checksum] of applied) {
    const expected = known.get(name)
    if (expected === undefined)
      throw new Error(`the database has migration ${name}, which this version of Millrace does not know`)
    if (expected !== checksum && FORMER_CHECKSUMS[name] !== checksum)
      throw new Error(`migration ${name} has changed since it was applied; add a new migration instead`)
  }
}

const readApplied = async (connection: Sql): Promise<Map<string, string>> => {
  await connection`
    CREATE TABLE IF NOT EXISTS schema_migrations (
      name text PRIMARY KEY,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )`
  const rows = await connection<{ name: string; checksum: string }[]>`
    SELECT name, checksum FROM schema_migrations ORDER BY name`
  return new Map(rows.map((row) => [row.name, row.checksum]))
}

/** The lock belongs to the session, so everything has to run on the one connection that took it. */
const withLock = async <T>(target: string | Sql, work: (connection: Sql) => Promise<T>): Promise<T> => {
  const own = typeof target === 'string' ? openOne(target) : undefined
  const connection = await (own ?? (target as Sql)).reserve()
  try {
    await takeLock(connection)
    try {
      return await work(connection)
    } finally {
      await connection`SELECT pg_advisory_unlock(${LOCK_KEY})`
    }
  } finally {
    connection.release()
    await own?.end()
  }
}

const openOne = (url: string): Sql => {
  const driver = forDriver(url)
  return postgres(driver.url, { ...forPostgresJs(driver), max: 1, onnotice: () => {} })
}

/**
 * Asks again and again: who waited inside Postgres would hold a snapshot, and an index that is made concurrently waits
 * for all of them.
 */
const takeLock = async (connection: Sql): Promise<void> => {
  for (;;) {
    const [row] = await connection<[{ taken: boolean }]>`SELECT pg_try_advisory_lock(${LOCK_KEY}) AS taken`
    if (row.taken) return
    await setTimeout(LOCK_POLL)
  }
}
