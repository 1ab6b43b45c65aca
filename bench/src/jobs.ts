import { performance } from 'node:perf_hooks'
import { createPostgresBackend, Queue, runMigrations, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'
import { deferred } from './deferred.js'
import type { Environment } from './environment.js'

/** BullMQ by itself on the environment's backend: the bare part of every floor. */
export interface BareQueue {
  /** Milliseconds a no-op job costs when `count` of them are drained at concurrency 200. */
  costOfJob(count: number): Promise<number>
  /** Milliseconds from adding one job to an idle queue until a worker starts it; one figure a try. */
  addToStart(tries: number): Promise<number[]>
  close(): Promise<void>
}

const SCHEMA = 'bare'
const OPTIONS = { removeOnComplete: true, removeOnFail: true }
const CONCURRENCY = 200
const BULK = 500

export async function openBareQueue({ databaseUrl, redisUrl }: Environment): Promise<BareQueue> {
  if (redisUrl === undefined) await migrateBare(databaseUrl)
  const redis: Redis[] = []
  const onRedis = () => {
    const connection = new Redis(redisUrl ?? '', { maxRetriesPerRequest: null })
    redis.push(connection)
    return connection
  }
  // As the product's own queue: a job need not survive a crash of Postgres, so its commits do not wait for the disk.
  const options = '-c synchronous_commit=off'
  const postgres = () => ({ connectionString: databaseUrl, schema: SCHEMA, max: 4, options })
  const queue =
    redisUrl === undefined
      ? new Queue('bare', { connection: postgres() }, createPostgresBackend)
      : new Queue('bare', { connection: onRedis() })
  const work = (run: () => Promise<void>, concurrency: number) =>
    redisUrl === undefined
      ? new Worker(
          'bare',
          run,
          { connection: postgres(), concurrency, autorun: false },
          createPostgresBackend,
        )
      : new Worker('bare', run, { connection: onRedis(), concurrency, autorun: false })

  return {
    async costOfJob(count) {
      const jobs = Array.from({ length: BULK }, () => ({
        name: 'job',
        data: { runId: crypto.randomUUID() },
        opts: OPTIONS,
      }))
      for (let added = 0; added < count; added += BULK) await queue.addBulk(jobs.slice(0, count - added))
      let open = count
      const { promise, resolve } = deferred()
      const worker = work(async () => {
        if (--open === 0) resolve()
      }, CONCURRENCY)
      await worker.waitUntilReady()
      const startedAt = performance.now()
      void worker.run()
      await promise
      const cost = (performance.now() - startedAt) / count
      await worker.close()
      return cost
    },
    async addToStart(tries) {
      let started = () => {}
      const worker = work(async () => started(), 1)
      await worker.waitUntilReady()
      void worker.run()
      const figures: number[] = []
      for (let i = 0; i < tries; i++) {
        const { promise, resolve } = deferred()
        started = resolve
        const addedAt = performance.now()
        await queue.add('job', { runId: 'x' }, OPTIONS)
        await promise
        figures.push(performance.now() - addedAt)
      }
      await worker.close()
      return figures
    },
    async close() {
      await queue.close()
      for (const connection of redis) connection.disconnect()
    },
  }
}

async function migrateBare(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  await runMigrations(client, SCHEMA)
  await client.end()
}
