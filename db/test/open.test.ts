import { stringifyJson } from '@millrace/contracts'
import { type Database, openDatabase, schema, uuidv7 } from '@millrace/db'
import { createTestDatabase, type TestDatabase } from '@millrace/testkit'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let test: TestDatabase
let database: Database
beforeAll(async () => {
  test = await createTestDatabase()
  database = openDatabase(test.url, { applicationName: 'open-test' })
})
afterAll(async () => {
  await database.close()
  await test.drop()
})

describe('openDatabase', () => {
  it('stores the same JSON from Drizzle and from SQL, encoded once', async () => {
    const { sql, db } = database
    const message = { kind: 'cancel', reason: 'a "quoted" word' }
    const row = { workspaceId: uuidv7(), runId: uuidv7(), message }
    await db.insert(schema.runInbox).values(row)
    await sql`INSERT INTO run_inbox (workspace_id, run_id, message)
      VALUES (${row.workspaceId}, ${row.runId}, ${stringifyJson(message)}::text::json)`
    const types = await sql`SELECT DISTINCT json_typeof(message) AS type, message::jsonb FROM run_inbox`
    expect([...types]).toEqual([{ type: 'object', message }])
    const read = await db.select().from(schema.runInbox).where(eq(schema.runInbox.runId, row.runId))
    expect(read.map((found) => found.message)).toEqual([message, message])
  })

  it('gives a text that looks like JSON as the text that it is, and big integers with their digits', async () => {
    const { sql, db } = database
    for (const message of ['7', 'null', '{"a":1}', { b: 9007199254740993n, a: [-18446744073709551616n] }]) {
      const row = { workspaceId: uuidv7(), runId: uuidv7(), message }
      await db.insert(schema.runInbox).values(row)
      const [read] = await db.select().from(schema.runInbox).where(eq(schema.runInbox.runId, row.runId))
      expect(read?.message).toEqual(message)
      const [raw] =
        await sql`SELECT message, message::text AS text FROM run_inbox WHERE run_id = ${row.runId}`
      expect(raw).toEqual({ message, text: stringifyJson(message) })
    }
  })

  it('reads times as dates through Drizzle and is known by its name', async () => {
    const { sql, db } = database
    await db.insert(schema.workspaces).values({ id: uuidv7(), slug: 'a', name: 'A' })
    const [workspace] = await db.select().from(schema.workspaces)
    expect(workspace?.createdAt).toBeInstanceOf(Date)
    const [session] = await sql`SELECT current_setting('application_name') AS name`
    expect(session?.name).toBe('open-test')
  })
})
