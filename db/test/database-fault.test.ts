import { findDatabaseFault, migrate, migrateDown, openDatabase, type Sql } from '@millrace/db'
import { createTestDatabase, type TestDatabase } from '@millrace/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'

let test: TestDatabase
let sql: Sql
let close: () => Promise<void>
beforeEach(async () => {
  test = await createTestDatabase()
  ;({ sql, close } = openDatabase(test.url, { max: 1 }))
})
afterEach(async () => {
  await close()
  await test.drop()
})

it('finds nothing wrong with a schema of this version', async () => {
  expect(await findDatabaseFault(sql)).toBeUndefined()
})

it('names a schema that is not there, older or newer, and says what to do', async () => {
  await migrateDown(sql, 1)
  expect(await findDatabaseFault(sql)).toMatchObject({
    kind: 'older',
    text: expect.stringMatching(/it lacks \d{4}_.*migrate-main/),
  })
  await migrate(sql)
  await sql`INSERT INTO schema_migrations (name, checksum) VALUES ('9999_from_the_future', 'x')`
  expect(await findDatabaseFault(sql)).toMatchObject({
    kind: 'newer',
    text: expect.stringMatching(/it has 9999_from_the_future/),
  })
  await sql`DROP TABLE schema_migrations`
  expect(await findDatabaseFault(sql)).toMatchObject({
    kind: 'empty',
    text: expect.stringMatching(/no schema yet: start the workflow/),
  })
})

it('names a server that takes no writes', async () => {
  await sql`SET default_transaction_read_only = on`
  expect(await findDatabaseFault(sql)).toMatchObject({
    kind: 'read_only',
    text: expect.stringMatching(/DATABASE_URL must lead/),
  })
})

it('names a role that lacks its rights', async () => {
  await sql`REVOKE INSERT ON runs FROM millrace_ingest`
  expect(await findDatabaseFault(sql)).toMatchObject({ kind: 'ingest_role' })
  expect(await migrate(test.url)).toEqual([])
  expect(await findDatabaseFault(sql)).toBeUndefined()
})
