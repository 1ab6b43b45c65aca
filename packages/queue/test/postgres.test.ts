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

  const query = async <R>(text: string, values: unknown[] = []): Promise<R[]> => {
    const client = new Client(database.url)
    await client.connect()
    try {
      return (await client.query(text, values)).rows
    } finally {
      await client.end()
    }
  }
  /** Jobs whose end BullMQ has written down, which it does for those that it ends itself. */
  const endedByBullMq = async (name: string): Promise<number> => {
    const ended = await query("SELECT FROM bullmq.event WHERE queue = $1 AND event = 'completed'", [name])
    return ended.length
  }

  it('ends jobs that are answered together in one statement, and takes the next in their places', async () => {
    const queue = await createPostgresQueue({ url: database.url, name: 'together' })
    onTestFinished(() => queue.close())
    const ids = Array.from({ length: 60 }, (_, index) => `run-${index}`)
    await queue.enqueue(ids.map((runId) => ({ runId })))
    const seen: string[] = []
    await queue.consume(async (runId) => void seen.push(runId), { concurrency: 20 })
    await waitFor(async () => (await query("SELECT FROM bullmq.job WHERE queue = 'together'")).length === 0, {
      what: 'all jobs to end',
    })
    expect(seen.toSorted()).toEqual(ids.toSorted())
    expect(await endedByBullMq('together')).toBe(0)
  })

  it('waits for whoever has locked an answered job, and keeps no other from its end meanwhile', async () => {
    const queue = await createPostgresQueue({ url: database.url, name: 'locked' })
    onTestFinished(() => queue.close())
    await queue.enqueue([{ runId: 'a' }, { runId: 'b' }])
    const held: (() => void)[] = []
    await queue.consume(() => new Promise<void>((release) => held.push(release)), { concurrency: 2 })
    await waitFor(() => held.length === 2, { what: 'both jobs' })
    const jobs = () => query<{ id: string }>("SELECT id FROM bullmq.job WHERE queue = 'locked'")
    const other = new Client(database.url)
    await other.connect()
    try {
      await other.query('BEGIN')
      await other.query("SELECT FROM bullmq.job WHERE queue = 'locked' AND id LIKE 'a.%' FOR UPDATE")
      for (const release of held) release()
      await waitFor(async () => (await jobs()).length === 1, { what: 'the end of the other job' })
      await other.query('COMMIT')
    } finally {
      await other.end()
    }
    await waitFor(async () => (await jobs()).length === 0, { what: 'the end of the job that was locked' })
  })

  it('leaves a job alone that has been given to another worker meanwhile', async () => {
    const errors: Error[] = []
    const onError = (error: Error) => void errors.push(error)
    const queue = await createPostgresQueue({ url: database.url, name: 'lost', onError })
    onTestFinished(() => queue.close())
    await queue.enqueue([{ runId: 'a' }])
    const held: (() => void)[] = []
    const seen: string[] = []
    await queue.consume(
      (runId) => {
        seen.push(runId)
        return new Promise<void>((release) => held.push(release))
      },
      { concurrency: 1 },
    )
    await waitFor(() => held.length === 1, { what: 'the job' })
    await query("UPDATE bullmq.job SET lock_token = 'another' WHERE queue = 'lost'")
    held.pop()?.()
    await queue.enqueue([{ runId: 'b' }])
    await waitFor(() => seen.includes('b'), { what: 'the next job' })
    expect(await query("SELECT lock_token FROM bullmq.job WHERE queue = 'lost' AND id LIKE 'a.%'")).toEqual([
      { lock_token: 'another' },
    ])
    held.pop()?.()
    expect(errors).toEqual([])
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
