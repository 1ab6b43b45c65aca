import { runStatus, stepStatus } from '@millrace/contracts'
import { type Database, openDatabase, schema } from '@millrace/db'
import { createTestDatabase, type TestDatabase } from '@millrace/testkit'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let test: TestDatabase
let database: Database
beforeAll(async () => {
  test = await createTestDatabase()
  database = openDatabase(test.url)
})
afterAll(async () => {
  await database.close()
  await test.drop()
})

interface Column {
  readonly table: string
  readonly column: string
  readonly type: string
  readonly required: boolean
  readonly defaulted: boolean
}

const byName = (a: Column, b: Column): number =>
  `${a.table}.${a.column}` < `${b.table}.${b.column}` ? -1 : 1

describe('the Drizzle schema', () => {
  it('has the tables and columns of the migrations', async () => {
    const inDatabase = await database.sql<Column[]>`
      SELECT c.relname AS table, a.attname AS column, a.attnotnull AS required,
        format_type(a.atttypid, a.atttypmod) AS type,
        a.atthasdef OR a.attidentity <> '' AS defaulted
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
        AND c.relname <> 'schema_migrations'`
    const inCode = Object.values(schema)
      .filter((entry) => entry instanceof PgTable)
      .flatMap((table) => {
        const { name, columns } = getTableConfig(table)
        return columns.map((column) => ({
          table: name,
          column: column.name,
          required: column.notNull,
          type: column.getSQLType(),
          defaulted: column.hasDefault || column.generatedIdentity !== undefined,
        }))
      })
    expect(inCode.sort(byName)).toEqual([...inDatabase].sort(byName))
  })

  it.each([
    { table: 'runs', options: runStatus.options },
    { table: 'step_runs', options: stepStatus.options },
  ])("lets $table have exactly the contract's statuses", async ({ table, options }) => {
    const [check] = await database.sql<{ definition: string }[]>`
      SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint
      WHERE conrelid = ${table}::regclass AND conname = ${`${table}_status_check`}`
    const allowed = [...(check?.definition ?? '').matchAll(/'(\w+)'/g)].map((match) => match[1])
    expect(allowed).toEqual(options)
  })
})
