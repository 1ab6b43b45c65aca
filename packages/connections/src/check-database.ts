import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from '@millrace/config'
import { findDatabaseFault, openDatabase, type Sql } from '@millrace/db'
import { leadsThroughPooler } from './pooler.js'
import { isPassing, StartFault } from './start-fault.js'

/** Milliseconds that a start waits for a database that is coming up: both are often started at once. */
const PATIENCE = 15_000
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 2_000

const POOLER =
  'DATABASE_URL leads through a pooler, which keeps nothing of a session: set DATABASE_DIRECT_URL to the same database ' +
  'past the pooler'

/**
 * Waits for a database that is coming up, and looks whether its URL leads to sessions of our own.
 * @throws StartFault when it leads through a pooler, and DATABASE_DIRECT_URL does not lead past it; the error of the last
 * try when the database stays away for 15 s.
 */
export const checkPooler = async (
  url: string,
  { directUrl }: Pick<Config['databaseAccess'], 'directUrl'>,
): Promise<void> => {
  const target = directUrl ?? url
  const database = openDatabase(target, { max: 1, prepare: false, applicationName: 'millrace-check' })
  try {
    if (await patiently(() => leadsThroughPooler(database))) throw new StartFault(POOLER)
  } finally {
    await database.close()
  }
}

/** @throws StartFault when this version cannot work on the database's schema. */
export const checkSchema = async (sql: Sql): Promise<void> => {
  const fault = await findDatabaseFault(sql)
  if (fault !== undefined) throw new StartFault(fault.text)
}

const patiently = async <T>(attempt: () => Promise<T>): Promise<T> => {
  const until = performance.now() + PATIENCE
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      return await attempt()
    } catch (error) {
      if (!isPassing(error) || performance.now() + pause > until) throw error
      await delay(pause)
    }
  }
}
