import type { Redis } from 'ioredis'

/** Reads, from INFO, what kind of server answers under the URL. */
const field = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1]

// Hosted servers may refuse INFO; a server that is gone is another matter.
const infoOf = (redis: Pick<Redis, 'info'>): Promise<string> => redis.info().catch(() => '')

/** BullMQ's scripts need it. */
const OLDEST_MAJOR = 5

/**
 * Looks whether queue and feed can run on the server: one that is alone, or the primary of others.
 * @returns one sentence that says what to set instead; undefined when they can, or when the server does not say.
 */
export const findRedisFault = async (redis: Pick<Redis, 'info'>): Promise<string | undefined> => {
  const info = await infoOf(redis)
  const mode = field(info, 'redis_mode')
  if (mode === 'cluster')
    return 'REDIS_URL leads to a Redis Cluster, which Millrace cannot use: give the URL of a single Redis server'
  if (mode === 'sentinel')
    return 'REDIS_URL leads to a Redis Sentinel, which Millrace cannot ask: give the URL of the primary server itself'
  if (field(info, 'role') === 'slave')
    return 'REDIS_URL leads to a replica, which takes no writes: give the URL of the primary server'
  const version = field(info, 'redis_version')
  if (version !== undefined && Number.parseInt(version, 10) < OLDEST_MAJOR)
    return `REDIS_URL leads to a Redis of version ${version}, which is too old: use Redis 7 or newer`
  return undefined
}

/** What a server may do to the queue when its memory is full; undefined when it only refuses writes, or does not say. */
export const evictionWarning = async (redis: Pick<Redis, 'info'>): Promise<string | undefined> => {
  const policy = field(await infoOf(redis), 'maxmemory_policy')
  if (policy === undefined || policy === 'noeviction') return undefined
  return (
    `evicts keys when its memory is full (maxmemory-policy ${policy}): doorbells may be lost, and their runs begin late, ` +
    'when the sweeper rings again; set maxmemory-policy noeviction'
  )
}
