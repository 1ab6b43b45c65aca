import { createTestDatabase } from '@millrace/testkit'
import postgres from 'postgres'
import { expect, test } from 'vitest'

test('a test database has the schema and no rows, and is a copy of its own', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()])
  const sql = postgres(one.url, { max: 1 })
  expect(await sql`SELECT * FROM runs`).toEqual([])
  await sql.end()
  expect(other.url).not.toBe(one.url)
  await one.drop()
  await other.drop()
})

test('dropping a database with an open connection names the leak, and drops it all the same', async () => {
  const database = await createTestDatabase()
  const sql = postgres(database.url, { max: 1, connection: { application_name: 'leaky' } })
  await sql`SELECT 1`
  await expect(database.drop()).rejects.toThrow(/1 connections .* left open:\s+leaky/)
  await sql.end()
})
