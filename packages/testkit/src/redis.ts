import { inject } from 'vitest'

/** Enough for every test file of a run to have some of its own. */
export const REDIS_DATABASES = 4_096
const PER_FILE = 8

let used = 0

/**
 * The run's Redis, with an empty logical database of the calling test file's own. Channels of publish/subscribe
 * are not part of a database, and FLUSHALL empties all of them: a test of either names its channels uniquely, or
 * starts a Redis of its own.
 */
export const testRedisUrl = (): string => {
  const worker = Number(process.env.VITEST_WORKER_ID)
  const database = (worker * PER_FILE + (used++ % PER_FILE)) % REDIS_DATABASES
  return `${inject('redisUrl')}/${database}`
}
