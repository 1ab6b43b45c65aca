import { createTestDatabase, startProxy, type TestDatabase, waitFor } from '@millrace/testkit'
import { createPostgresBackend, Worker } from 'bullmq'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createPostgresQueue } from '../src/index.js'
import { describeJobQueue, MORTAL, type QueueHarness } from './suite.js'

let database: TestDatabase
let count = 0

beforeAll(async () => {
  database = await createTestDatabase()
})
// Also the proof that no adapter leaves a connection behind.
afterAll(() => database.drop())

describeJobQueue('Postgres', async (): Promise<QueueHarness> => {
  const proxy = await startProxy(database.url)
  const name = `jobs-${count++}`
  return {
    proxy,
    open: ({ proxied, ...options }) =>
      createPostgresQueue({ ...options, url: proxied ? proxy.url : database.url, name }),
    takeAndDie: async (deaths) => {
      const connection = { connectionString: database.url, schema: 'bullmq' }
      const worker = new Worker(name, null, { connection, ...MORTAL }, createPostgresBackend)
      await worker.startStalledCheckTimer()
      for (let death = 0; death < deaths; death++) {
        await waitFor(() => worker.getNextJob('dead', { block: false }), { what: 'a job to die with' })
      }
      await worker.close(true)
    },
    close: () => proxy.close(),
  }
})

const asAdmin = async (text: string): Promise<void> => {
  const client = new Client(database.url)
  await client.connect()
  await client.query(text)
  await client.end()
}

describe('the queue in Postgres', () => {
  it('is consumed again after every session was terminated', async () => {
    const queue = await createPostgresQueue({ url: database.url, name: 'killed', watchdogMs: 500 })
    onTestFinished(() => queue.close())
    const seen: string[] = []
    await queue.consume(async (runId) => void seen.push(runId), { concurrency: 10 })
    for (const round of ['before', 'after']) {
      await waitFor(() => queue.enqueue([{ runId: round }]).catch(() => undefined), { what: 'Postgres' })
      await waitFor(() => seen.includes(round), { what: `the job ${round}` })
      await asAdmin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`)
    }
  })

  it('may be opened for the first time by several processes at once', async () => {
    const open = () => createPostgresQueue({ url: database.url, schema: 'fresh' })
    const queues = await Promise.all([open(), open(), open(), open()])
    await Promise.all(queues.map((queue) => queue.ping()))
    await Promise.all(queues.map((queue) => queue.close()))
  })

  it('is refused at once when Postgres cannot be reached', async () => {
    const nowhere = new URL(database.url)
    nowhere.port = '1'
    await expect(createPostgresQueue({ url: nowhere.href })).rejects.toThrow('ECONNREFUSED')
  })

  it('keeps its event table short', async () => {
    const queue = await createPostgresQueue({ url: database.url, name: 'short' })
    onTestFinished(() => queue.close())
    await queue.enqueue(Array.from({ length: 1_000 }, (_, index) => ({ runId: `run-${index}` })))
    let answered = 0
    await queue.consume(async () => void answered++, { concurrency: 50 })
    await waitFor(() => answered === 1_000, { what: 'all jobs' })
    const client = new Client(database.url)
    await client.connect()
    const { rows } = await client.query("SELECT count(*)::int FROM bullmq.event WHERE queue = 'short'")
    await client.end()
    expect(rows[0].count).toBeLessThan(2_000)
  })
})
