import { forDriver, sslOfPg } from '@millrace/postgres-url'
import { createPostgresBackend, Queue, Worker } from 'bullmq'
import { Pool } from 'pg'
import {
  exceptLostJobs,
  type OnError,
  type ProcessJob,
  type Producer,
  type QueueBackend,
  type WorkerHandle,
} from '../bullmq/backend.js'
import { BullQueue } from '../bullmq/bull-queue.js'
import {
  ANSWER_MS,
  JOB_OPTIONS,
  STREAMS,
  stalledAfter,
  type Timing,
  WORKER_OPTIONS,
} from '../bullmq/settings.js'
import { withDeadline } from '../deadline.js'
import type { JobQueue } from '../port.js'
import { doorbellBackend } from './doorbell-backend.js'
import { migrateQueue, type Server } from './migrate.js'
import { Sockets } from './sockets.js'

export interface PostgresQueueOptions extends Timing {
  readonly url: string
  /** Schema that holds BullMQ's tables; made when missing. */
  readonly schema?: string
  readonly name?: string
  /** Told of every lost connection, failed handler and replaced worker. Nothing of it needs an answer. */
  readonly onError?: OnError
}

/**
 * The job queue on Postgres, for the default without Redis. Brings the schema up to date first.
 * Rejects when Postgres cannot be reached within 2 s: without it nothing else runs either.
 */
export async function createPostgresQueue(options: PostgresQueueOptions): Promise<JobQueue> {
  const onError = options.onError ?? (() => undefined)
  const driver = forDriver(options.url)
  const place = {
    ...options,
    ...{ url: driver.url, ssl: await sslOfPg(driver) },
    schema: options.schema ?? 'bullmq',
    name: options.name ?? 'runs',
  }
  await migrateQueue(place, place.schema)
  const backend = new PostgresBackend(place, onError)
  try {
    await backend.ready()
  } catch (thrown) {
    await backend.close()
    throw thrown
  }
  return new BullQueue(backend, options.watchdogMs, onError)
}

type Place = PostgresQueueOptions & Server & { readonly schema: string; readonly name: string }

class PostgresBackend implements QueueBackend {
  readonly producer: Producer & { close(): Promise<void>; waitUntilReady(): Promise<unknown> }
  readonly #place: Place
  readonly #onError: OnError
  readonly #sockets = new Sockets()
  /** For look-ups that BullMQ has no bulk form of; connected only while in use. */
  readonly #pool: Pool

  constructor(place: Place, onError: OnError) {
    this.#place = place
    this.#onError = onError
    const queue = new Queue(
      place.name,
      {
        connection: { ...connection(place, this.#sockets), max: 2, query_timeout: ANSWER_MS },
        defaultJobOptions: JOB_OPTIONS,
        streams: STREAMS,
      },
      createPostgresBackend,
    )
    queue.on('error', onError)
    this.producer = queue
    const { schema: _, ...config } = connection(place, this.#sockets)
    this.#pool = new Pool({ ...config, max: 1, query_timeout: ANSWER_MS })
    this.#pool.on('error', onError)
  }

  async ready(): Promise<void> {
    await this.producer.waitUntilReady()
  }

  openWorker(process: ProcessJob, concurrency: number): WorkerHandle {
    const sockets = new Sockets()
    const worker = new Worker(
      this.#place.name,
      process,
      {
        ...WORKER_OPTIONS,
        ...stalledAfter(this.#place.stalledMs),
        connection: { ...connection(this.#place, sockets), max: 4, query_timeout: 10_000 },
        concurrency,
      },
      doorbellBackend,
    )
    worker.on('error', exceptLostJobs(this.#onError))
    return { worker, abort: () => sockets.destroy() }
  }

  /** Jobs are removed as they end, so a job that exists and is in nobody's hand waits. */
  async holding(jobIds: readonly string[]): Promise<Set<string>> {
    const { rows } = await this.#pool.query<{ id: string }>(
      `SELECT id FROM "${this.#place.schema}".job WHERE queue = $1 AND id = ANY($2::text[]) AND state <> 'active'`,
      [this.#place.name, jobIds],
    )
    return new Set(rows.map((row) => row.id))
  }

  async generation(): Promise<string | null> {
    const { rows } = await this.#pool.query<{ mark: string }>(
      `SELECT mark FROM "${this.#place.schema}".generation WHERE queue = $1`,
      [this.#place.name],
    )
    return rows[0]?.mark ?? null
  }

  async markGeneration(mark: string): Promise<void> {
    await this.#pool.query(
      `INSERT INTO "${this.#place.schema}".generation (queue, mark) VALUES ($1, $2)
       ON CONFLICT (queue) DO UPDATE SET mark = excluded.mark`,
      [this.#place.name, mark],
    )
  }

  async ping(): Promise<void> {
    await withDeadline(this.#pool.query('SELECT'), ANSWER_MS, 'a ping of Postgres')
  }

  async close(): Promise<void> {
    const closed = Promise.all([this.producer.close(), this.#pool.end()])
    await withDeadline(closed, ANSWER_MS, 'closing the queue').catch(this.#onError)
    this.#sockets.destroy()
  }
}

/** A doorbell that a crash of Postgres takes along is rung again by the sweeper, so commits need not wait for the disk. */
const connection = (place: Place, sockets: Sockets) => ({
  connectionString: place.url,
  ssl: place.ssl,
  schema: place.schema,
  options: '-c synchronous_commit=off',
  stream: sockets.create,
  connectionTimeoutMillis: ANSWER_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
})
