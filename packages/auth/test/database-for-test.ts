import { type Database, openDatabase, uuidv7 } from '@millrace/db'
import { createTestDatabase } from '@millrace/testkit'
import { afterAll, beforeAll } from 'vitest'
import { hashPassword } from '../src/index.js'

/** A database for this file, empty at its start. */
export const useDatabase = (): (() => Database['sql']) => {
  let database: Database
  let drop: () => Promise<void>
  beforeAll(async () => {
    const created = await createTestDatabase()
    drop = created.drop
    database = openDatabase(created.url)
  })
  afterAll(async () => {
    await database.close()
    await drop()
  })
  return () => database.sql
}

export const PASSWORD = 'correct horse battery staple'

/** A user with `PASSWORD` in a workspace of their own. */
export const addUser = async (sql: Database['sql'], email: string) => {
  const [workspaceId, userId] = [uuidv7(), uuidv7()]
  await sql`INSERT INTO workspaces (id, slug, name) VALUES (${workspaceId}, ${workspaceId}, 'Test')`
  await sql`INSERT INTO users (id, email, password_hash)
    VALUES (${userId}, ${email}, ${await hashPassword(PASSWORD)})`
  await sql`INSERT INTO memberships VALUES (${workspaceId}, ${userId}, 'editor')`
  return { workspaceId, userId, email }
}
