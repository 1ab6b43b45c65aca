import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { findDatabaseFault, INGEST_ROLE, migrate, openDatabase, type Sql } from '@millrace/db'
import { type RunningPostgres, startPostgres } from '@millrace/local-services'
import { createTempFolder } from '@millrace/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'

/** A server of its own: roles are the whole server's, and other tests need theirs. */
const folder = createTempFolder()
let server: RunningPostgres
let admin: Sql
let closeAdmin: () => Promise<void>
beforeAll(async () => {
  server = await startPostgres({ dataDir: join(folder.path, 'postgres'), durable: false })
  ;({ sql: admin, close: closeAdmin } = openDatabase(server.url, { max: 1 }))
})
afterAll(async () => {
  await closeAdmin()
  await server.stop()
  folder.remove()
})

/** A database whose owner is a user with these rights and no more. */
const databaseOf = async (rights: string): Promise<{ url: string; user: string }> => {
  const name = `app_${randomBytes(4).toString('hex')}`
  await admin.unsafe(`CREATE ROLE ${name} LOGIN PASSWORD 'x' ${rights}`)
  await admin.unsafe(`CREATE DATABASE ${name} OWNER ${name}`)
  const url = new URL(server.url)
  Object.assign(url, { username: name, password: 'x', pathname: `/${name}` })
  return { url: url.href, user: name }
}

const dropRole = async (urls: readonly string[]): Promise<void> => {
  for (const url of urls) {
    const { sql, close } = openDatabase(
      url.replace(/\/\/[^@]*@/, `//${new URL(server.url).username}:${new URL(server.url).password}@`),
      { max: 1 },
    )
    await sql.unsafe(`DROP OWNED BY ${INGEST_ROLE}`)
    await close()
  }
  await admin.unsafe(`DROP ROLE ${INGEST_ROLE}`)
}

/** What the ready probe says of it, and whether the role can insert. */
const stateOf = async (url: string): Promise<[string | undefined, string]> => {
  const { sql, close } = openDatabase(url, { max: 1 })
  const intake = openDatabase(url, { max: 1, role: INGEST_ROLE })
  try {
    const fault = await findDatabaseFault(sql)
    const inserted = intake.sql`INSERT INTO runs (id) SELECT gen_random_uuid() WHERE false`
    return [
      fault?.kind,
      await inserted.then(
        () => 'may insert',
        (error: Error) => error.message,
      ),
    ]
  } finally {
    await Promise.all([close(), intake.close()])
  }
}

it('is made by a user who is no superuser, and made again where a dump did not bring it', async () => {
  const { url } = await databaseOf('CREATEROLE')
  await migrate(url)
  expect(await stateOf(url)).toEqual([undefined, 'may insert'])

  await dropRole([url])
  expect(await stateOf(url)).toEqual(['ingest_role', `role "${INGEST_ROLE}" does not exist`])
  expect(await migrate(url)).toEqual([])
  expect(await stateOf(url)).toEqual([undefined, 'may insert'])
  await dropRole([url])
})

it('needs no right to make roles where an administrator has made it, and says what to run where not', async () => {
  const { url, user } = await databaseOf('NOCREATEROLE')
  const statements = `CREATE ROLE ${INGEST_ROLE} NOLOGIN; GRANT ${INGEST_ROLE} TO "${user}";`
  await expect(migrate(url)).rejects.toThrow(
    `the database user may not make the role ${INGEST_ROLE}; have an administrator run: ${statements}`,
  )
  await admin.unsafe(statements)
  await migrate(url)
  expect(await stateOf(url)).toEqual([undefined, 'may insert'])
})
