import { randomUUID } from 'node:crypto'
import { type Database, INGEST_ROLE, openDatabase } from '@millrace/db'
import { createPostgresFeed, createRedisFeed, type EventFeed } from '@millrace/feed'
import { createPostgresQueue, createRedisQueue, type JobQueue } from '@millrace/queue'
import { createRunStore, type OnBatch, type RunStore } from '@millrace/run-store'

export interface ConnectionOptions {
  readonly databaseUrl: string
  /** With it, queue and feed are on Redis; without, both are on the database. Nothing else changes. */
  readonly redisUrl: string | undefined
  /** Shown in the database's and the queue's lists of clients. */
  readonly name: string
  /** Connections of the pool; default 10. */
  readonly poolSize?: number
  readonly onError: (error: unknown) => void
  /** Told of every batch of claims and of flushes. */
  readonly metrics?: { readonly claimed: OnBatch; readonly flushed: OnBatch }
}

/** As many as an acceptor uses at a time: two inserts, and a look-up of what they met. */
const INTAKE_POOL = 3

/** What a process is connected to. Opened and closed together. */
export interface Connections {
  readonly database: Database
  readonly store: RunStore
  readonly queue: JobQueue
  readonly feed: EventFeed
  /** `ok` for each part that answers, else what is wrong with it. Never takes longer than 2 s a part. */
  check(): Promise<Record<'database' | 'queue' | 'feed', string>>
  close(): Promise<void>
}

/** Opens everything a service talks to. The schema must be up to date: see `migrate`. */
export async function openConnections(options: ConnectionOptions): Promise<Connections> {
  const { databaseUrl, redisUrl, name, onError, metrics } = options
  const database = openDatabase(databaseUrl, {
    max: options.poolSize ?? 10,
    applicationName: `millrace-${name}`,
  })
  // May do no more than accept (D17). Opened by the first run that is: a worker never has one.
  const intake = openDatabase(databaseUrl, {
    max: INTAKE_POOL,
    applicationName: `millrace-${name}-intake`,
    role: INGEST_ROLE,
  })
  const store = createRunStore(database.sql, {
    workerId: randomUUID(),
    intake: intake.sql,
    ...(metrics === undefined
      ? {}
      : { claim: { onBatch: metrics.claimed }, write: { onBatch: metrics.flushed } }),
  })
  const queue =
    redisUrl === undefined
      ? await createPostgresQueue({ url: databaseUrl, onError })
      : await createRedisQueue({ url: redisUrl, onError })
  const feed =
    redisUrl === undefined
      ? await createPostgresFeed({ url: databaseUrl, onError })
      : await createRedisFeed({ url: redisUrl, onError })
  return {
    database,
    store,
    queue,
    feed,
    async check() {
      const [databaseState, queueState, feedState] = await Promise.all([
        state(within(2_000, store.databaseNow())),
        state(queue.ping()),
        state(feed.ping()),
      ])
      return { database: databaseState, queue: queueState, feed: feedState }
    },
    async close() {
      await Promise.allSettled([queue.close(), feed.close(), store.close()])
      await Promise.all([database.close(), intake.close()])
    },
  }
}

const state = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )

function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds)
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}
