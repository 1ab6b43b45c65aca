import type { Redis } from 'ioredis'

/** Reads, from INFO, what kind of server answers under the URL. */
const field = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1]

/**
 * Looks whether queue and feed can run on the server: one that is alone, or the primary of others.
 * @returns one sentence that says what to set instead; undefined when they can, or when the server does not say.
 */
export const findRedisFault = async (redis: Pick<Redis, 'info'>): Promise<string | undefined> => {
  // Hosted servers may refuse INFO; a server that is gone is another matter.
  const info = await redis.info().catch(() => '')
  const mode = field(info, 'redis_mode')
  if (mode === 'cluster')
    return 'REDIS_URL leads to a Redis Cluster, which Millrace cannot use: give the URL of a single Redis server'
  if (mode === 'sentinel')
    return 'REDIS_URL leads to a Redis Sentinel, which Millrace cannot ask: give the URL of the primary server itself'
  if (field(info, 'role') === 'slave')
    return 'REDIS_URL leads to a replica, which takes no writes: give the URL of the primary server'
  return undefined
}
