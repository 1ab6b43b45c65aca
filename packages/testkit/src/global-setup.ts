import { join } from 'node:path'
import { migrate } from '@millrace/db'
import { startPostgres, startRedis } from '@millrace/local-services'
import type { TestProject } from 'vitest/node'
import { createDatabase } from './database.js'
import { removeLeftovers } from './leftovers.js'
import { REDIS_DATABASES } from './redis.js'
import { createTempFolder } from './temp-folder.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the database `postgres`, for creating others. */
    adminUrl: string
    /** Name of the migrated database that every test database is a copy of. */
    templateName: string
    redisUrl: string
  }
}

/**
 * One Postgres and one Redis for a whole `vitest` run, in a folder and on ports of its own, so that several runs
 * on one machine never meet. Both are started without durability: what a test kills is its own processes; a test
 * that kills the database starts one of its own.
 */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  await removeLeftovers()
  const { path: folder, remove } = createTempFolder('millrace-run-')
  const [postgres, redis] = await Promise.all([
    startPostgres({ dataDir: join(folder, 'postgres'), durable: false }),
    startRedis({
      dir: join(folder, 'redis'),
      appendOnly: false,
      databases: REDIS_DATABASES,
      onLog: console.log,
    }),
  ])
  const adminUrl = new URL(postgres.url)
  adminUrl.pathname = '/postgres'
  const templateName = 'millrace_template'
  await migrate(await createDatabase(adminUrl.href, templateName))

  project.provide('adminUrl', adminUrl.href)
  project.provide('templateName', templateName)
  project.provide('redisUrl', redis.url)
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()])
    remove()
  }
}
