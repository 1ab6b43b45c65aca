import { type Database, openDatabase } from '@millrace/db'
import { createTestDatabase, type TestDatabase, waitFor } from '@millrace/testkit'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** What patches/postgres@3.4.9.patch is for: without it each of these hangs, or ends the process. */

let test: TestDatabase
let admin: postgres.Sql
let database: Database
beforeAll(async () => {
  test = await createTestDatabase()
  admin = postgres(test.url, { max: 1 })
  database = openDatabase(test.url, { max: 3, applicationName: 'victim' })
})
afterAll(async () => {
  await database.close()
  await admin.end()
  await test.drop()
})

const killAll = () => admin`
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'`

describe('the driver', () => {
  it('finds a connection again whenever one has died', async () => {
    const { sql } = database
    const failures = new Set<unknown>()
    let answered = 0
    let over = false
    const ask = async () => {
      while (!over) {
        // From this phase of the event loop a small write is still buffered when the socket's end is noticed.
        await new Promise(setImmediate)
        await sql`SELECT 1`.then(
          () => (answered += 1),
          (error) => failures.add(error.code),
        )
      }
    }
    const asking = Promise.all([ask(), ask(), ask()])
    for (let round = 0; round < 40; round += 1) {
      const before = answered
      await waitFor(() => answered > before + 20, { what: 'answers between two kills' })
      await killAll()
    }
    over = true
    await asking
    expect([...failures]).not.toContain('CONNECT_TIMEOUT')
  })

  it('never runs what is left of a transaction outside of it', async () => {
    const { sql } = database
    await admin`CREATE TABLE marks (name text)`
    const lost = sql.begin(async (tx) => {
      await tx`INSERT INTO marks VALUES ('before')`
      await killAll()
      await tx`SELECT pg_sleep(10)`.catch(() => {})
      await sql`SELECT 1`.catch(() => {})
      await tx`INSERT INTO marks VALUES ('after')`
    })
    await expect(lost).rejects.toThrow()
    expect(await admin`SELECT * FROM marks`).toHaveLength(0)
  })

  it('reserves a connection also when every one of them has just died', async () => {
    const { sql } = database
    const reserve = () => sql.reserve().then((reserved) => reserved.release())
    for (let round = 0; round < 20; round += 1) {
      const lost = sql.begin(async (tx) => {
        await killAll()
        await tx`SELECT pg_sleep(10)`
      })
      await expect(lost).rejects.toThrow()
      await Promise.all([reserve(), reserve(), reserve(), reserve()])
    }
  })

  it('refuses a reserved connection that has died, and goes on without it', async () => {
    const { sql } = database
    await allGood()
    const reserved = await sql.reserve()
    await reserved`SELECT 1`
    await killAll()
    await expect(reserved`SELECT pg_sleep(10)`).rejects.toThrow()
    await expect(reserved`SELECT 1`).rejects.toThrow()
    reserved.release()
    await allGood()
  })

  /** Connections that died when nobody used them may each fail the one query that finds out. */
  const allGood = async (): Promise<void> => {
    const askAll = () =>
      Promise.all(Array.from({ length: 9 }, () => database.sql`SELECT 1`)).catch(() => undefined)
    expect(await waitFor(askAll, { what: 'a pool of good connections' })).toHaveLength(9)
  }
})
