import { startRedis } from '@millrace/local-services'
import { createTempFolder, startProxy } from '@millrace/testkit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { createRedisFeed } from '../src/index.js'
import { describeEventFeed } from './suite.js'

// One of our own: CLIENT KILL and CLIENT LIST see every client of a server.
let url: string
let admin: Redis
let stop: () => Promise<void>
let count = 0

beforeAll(async () => {
  const folder = createTempFolder()
  const server = await startRedis({ dir: folder.path, appendOnly: false })
  url = server.url
  admin = new Redis(url)
  stop = async () => {
    admin.disconnect()
    await server.stop()
    folder.remove()
  }
})
afterAll(() => stop())

describeEventFeed('Redis', async () => {
  const proxy = await startProxy(url)
  const prefix = `test${count++}`
  return {
    proxy,
    open: ({ proxied, ...options }) =>
      createRedisFeed({ ...options, url: proxied ? proxy.url : url, prefix }),
    backendSubscriptions: async (topic) => {
      const reply: unknown = await admin.pubsub('NUMSUB', `${prefix}:${topic}`)
      return Array.isArray(reply) ? Number(reply[1]) : Number.NaN
    },
    killConnections: async () => {
      await admin.call('CLIENT', 'KILL', 'SKIPME', 'yes')
    },
    close: () => proxy.close(),
  }
})
