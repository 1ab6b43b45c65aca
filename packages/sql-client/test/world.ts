import type { Json } from '@millrace/contracts'
import { createTestDatabase, type TestDatabase } from '@millrace/testkit'
import { afterAll, beforeAll } from 'vitest'
import { createSqlRunner, type SqlQuery, type SqlResult, type SqlRunner } from '../src/index.js'

export interface World {
  readonly url: string
  readonly runner: SqlRunner
  /** As one workflow with one credential. */
  ask(statement: string, params?: readonly Json[], options?: Partial<SqlQuery>): Promise<SqlResult>
  /** The only column of the only row. */
  value(expression: string, params?: readonly Json[]): Promise<Json>
}

export const LOOPBACK = ['127.0.0.0/8', '::1/128']

/** A database of the test file's own, and a runner. Closing it must leave no connection (the drop fails otherwise). */
export const useWorld = (): (() => World) => {
  let database: TestDatabase
  let runner: SqlRunner
  beforeAll(async () => {
    database = await createTestDatabase()
    runner = createSqlRunner({ allowPrivate: LOOPBACK })
  })
  afterAll(async () => {
    await runner.close()
    await database.drop()
  })
  return () => worldOf(database.url, runner)
}

export const worldOf = (url: string, runner: SqlRunner): World => {
  const ask: World['ask'] = (statement, params = [], options = {}) =>
    runner.query({
      url,
      user: { workspaceId: 'workspace', credential: 'database', workflowId: 'workflow' },
      statement,
      params,
      signal: new AbortController().signal,
      ...options,
    })
  return {
    url,
    runner,
    ask,
    value: async (expression, params) => {
      const { rows } = await ask(`select ${expression} as value`, params)
      return (rows[0] as { value: Json }).value
    },
  }
}
