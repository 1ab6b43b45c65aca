import { createTestDatabase, startProxy, type TestDatabase, waitFor } from '@millrace/testkit'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createPostgresFeed, MAX_INLINE_BYTES } from '../src/index.js'
import { describeEventFeed } from './suite.js'

let database: TestDatabase
let admin: Client
let count = 0

beforeAll(async () => {
  database = await createTestDatabase()
  admin = new Client(database.url)
  await admin.connect()
})
// Also the proof that no feed leaves a connection behind.
afterAll(async () => {
  await admin.end()
  await database.drop()
})

/** Every client that a feed has connected, for only a session itself can tell what it listens to. */
const connected = vi.spyOn(Client.prototype, 'connect')

const channelsOf = async (client: Client): Promise<string[]> => {
  const { rows } = await client.query<{ channel: string }>('SELECT pg_listening_channels() AS channel')
  return rows.map((row) => row.channel)
}

const terminateOthers = async (): Promise<void> => {
  await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`)
}

describeEventFeed('Postgres', async () => {
  const proxy = await startProxy(database.url)
  const channel = `test${count++}`
  connected.mockClear()
  return {
    proxy,
    open: ({ proxied, ...options }) =>
      createPostgresFeed({ ...options, url: proxied ? proxy.url : database.url, channel }),
    backendSubscriptions: async (topic) => {
      const clients = connected.mock.contexts.filter((context) => context instanceof Client)
      const sessions = await Promise.allSettled(clients.map(channelsOf))
      const channels = sessions.flatMap((session) => (session.status === 'fulfilled' ? session.value : []))
      return channels.filter((name) => name === `${channel}:${topic}`).length
    },
    killConnections: terminateOthers,
    close: () => proxy.close(),
  }
})

describe('the feed in Postgres', () => {
  const open = async () => {
    const feed = await createPostgresFeed({ url: database.url, channel: `test${count++}` })
    onTestFinished(() => feed.close())
    return feed
  }

  it.each(['x'.repeat(MAX_INLINE_BYTES + 1), '\0'])(
    'refuses what NOTIFY cannot carry, alone',
    async (payload) => {
      const feed = await open()
      const seen: string[] = []
      await feed.subscribe('t', (text) => void seen.push(text))
      const good = feed.publish([{ topic: 't', payload: 'good' }])
      await expect(feed.publish([{ topic: 't', payload }])).rejects.toThrow(RangeError)
      await good
      await waitFor(() => seen.length === 1, { what: 'the good one' })
    },
  )

  it('sends what waits for the statement under way in one more', async () => {
    const feed = await open()
    const queries = vi.spyOn(Client.prototype, 'query')
    await Promise.all([...Array(100).keys()].map((n) => feed.publish([{ topic: 't', payload: String(n) }])))
    expect(queries.mock.calls.length).toBe(2)
    queries.mockRestore()
  })

  it('is refused at once when Postgres cannot be reached', async () => {
    const nowhere = new URL(database.url)
    nowhere.port = '1'
    await expect(createPostgresFeed({ url: nowhere.href })).rejects.toThrow('ECONNREFUSED')
  })

  it('refuses a channel prefix that would leave no room for topics', async () => {
    const channel = 'x'.repeat(21)
    await expect(createPostgresFeed({ url: database.url, channel })).rejects.toThrow(RangeError)
  })
})
