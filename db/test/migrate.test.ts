import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { migrate, migrateDown, openDatabase, type Sql } from '@millrace/db'
import { createTestDatabase, spawnNode, type TestDatabase, waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { applyMigration } from '../src/apply-migration.js'

const ALL = readdirSync(new URL('../migrations', import.meta.url))
  .filter((file) => file.endsWith('.up.sql'))
  .map((file) => file.replace('.up.sql', ''))
  .sort()

let test: TestDatabase
let sql: Sql
let close: () => Promise<void>
beforeEach(async () => {
  test = await createTestDatabase()
  ;({ sql, close } = openDatabase(test.url))
})
afterEach(async () => {
  await close()
  await test.drop()
})

const tables = async (): Promise<string[]> => {
  const rows = await sql<{ name: string }[]>`
    SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`
  return rows.map((row) => row.name)
}

describe('migrate', () => {
  it('lets many start at once: one applies everything, the others find nothing to do', async () => {
    await migrateDown(sql, ALL.length)
    const applied = await Promise.all([migrate(test.url), migrate(sql), migrate(test.url), migrate(sql)])
    expect(applied.flat()).toEqual(ALL)
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1)
  })

  it('lets four processes start at once', async () => {
    await migrateDown(sql, ALL.length)
    const main = fileURLToPath(new URL('../dist/migrate-main.js', import.meta.url))
    const processes = await Promise.all(
      [1, 2, 3, 4].map(() => spawnNode(main, { env: { DATABASE_URL: test.url } })),
    )
    const ends = await Promise.all(processes.map((started) => started.exited))
    expect(ends.map((end) => end.code)).toEqual([0, 0, 0, 0])
    const printed = processes.map((started) => started.output()).sort()
    expect(printed).toEqual([`Applied ${ALL.join(', ')}.\n`, ...Array(3).fill('The schema is up to date.\n')])
  })

  it('refuses a database whose migrations are not this code’s', async () => {
    await sql`UPDATE schema_migrations SET checksum = 'other' WHERE name = ${ALL[0]!}`
    await expect(migrate(sql)).rejects.toThrow(`migration ${ALL[0]} has changed since it was applied`)
    await sql`INSERT INTO schema_migrations (name, checksum) VALUES ('9999_from_the_future', 'x')`
    await sql`DELETE FROM schema_migrations WHERE name = ${ALL[0]!}`
    await expect(migrate(sql)).rejects.toThrow('9999_from_the_future, which this version')
  })

  it('gives way to those who hold a table, and then goes on', async () => {
    const up = 'ALTER TABLE runs ADD COLUMN tried integer'
    const reader = await sql.reserve()
    await reader`BEGIN`
    await reader`SELECT 1 FROM runs LIMIT 1`
    const connection = await sql.reserve()
    const migrated = applyMigration(connection, { name: '9999_tried', up, checksum: 'x' })
    const isWaiting = async () => {
      const rows = await sql`SELECT 1 FROM pg_locks WHERE NOT granted AND database = (
        SELECT oid FROM pg_database WHERE datname = current_database())`
      return rows.length > 0
    }
    await waitFor(isWaiting, { what: 'the migration to wait' })
    await waitFor(async () => !(await isWaiting()), { what: 'the migration to give way' })
    // Whoever comes meanwhile is not held up for longer than that.
    await sql`SELECT 1 FROM runs LIMIT 1`
    await reader`COMMIT`
    reader.release()
    await migrated
    connection.release()
    expect(await sql`SELECT tried FROM runs`).toEqual([])
  })

  it('is the one to give way where it and a service wait for each other', async () => {
    const up = 'ALTER TABLE runs ADD COLUMN first integer; ALTER TABLE step_runs ADD COLUMN second integer'
    const service = await sql.reserve()
    await service`BEGIN`
    await service`LOCK TABLE step_runs IN ROW EXCLUSIVE MODE`
    const connection = await sql.reserve()
    const migrated = applyMigration(connection, { name: '9998_crossed', up, checksum: 'x' })
    const waits = async (mode: string) =>
      (
        await sql`SELECT 1 FROM pg_locks WHERE NOT granted AND mode = ${mode} AND relation IN (
        SELECT oid FROM pg_class WHERE relname IN ('runs', 'step_runs'))`
      ).length > 0
    await waitFor(() => waits('AccessExclusiveLock'), { what: 'the migration to wait' })
    // It has `runs` and wants `step_runs`; the service has that, and wants `runs`.
    await service`UPDATE runs SET crash_count = 0`
    await service`COMMIT`
    service.release()
    await migrated
    connection.release()
    expect(await sql`SELECT r.first, s.second FROM runs r, step_runs s`).toEqual([])
  })

  it('takes from everybody what only the role that accepts runs may call', async () => {
    await sql`GRANT EXECUTE ON FUNCTION accept_runs TO PUBLIC`
    await migrate(sql)
    const [row] = await sql`SELECT has_function_privilege('public', p.oid, 'EXECUTE') AS open
      FROM pg_proc p WHERE proname = 'accept_runs'`
    expect(row).toEqual({ open: false })
  })

  it('leaves no trace and no lock when a migration fails', async () => {
    await migrateDown(sql, ALL.length)
    await sql`CREATE TABLE runs (id integer)`
    await expect(migrate(sql)).rejects.toThrow('relation "runs" already exists')
    expect(await tables()).toEqual(['runs', 'schema_migrations'])
    await sql`DROP TABLE runs`
    expect(await migrate(test.url)).toEqual(ALL)
  })

  it('goes down step by step, newest first, to an empty database', async () => {
    expect(await migrateDown(sql, 1)).toEqual(ALL.slice(-1))
    expect(await migrateDown(sql, 99)).toEqual(ALL.slice(0, -1).reverse())
    expect(await tables()).toEqual(['schema_migrations'])
    const functions = await sql`SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`
    expect(functions).toHaveLength(0)
  })
})
