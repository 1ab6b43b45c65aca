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
      VALUES (${row.workspaceId}, ${row.runId}, ${JSON.stringify(message)}::text::jsonb)`
    const types = await sql`SELECT DISTINCT jsonb_typeof(message) AS type, message FROM run_inbox`
    expect([...types]).toEqual([{ type: 'object', message }])
    const read = await db.select().from(schema.runInbox).where(eq(schema.runInbox.runId, row.runId))
    expect(read.map((found) => found.message)).toEqual([message, message])
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
