import { randomUUID } from 'node:crypto'
import { type Database, findDatabaseFault, INGEST_ROLE, openDatabase } from '@millrace/db'
import { createPostgresFeed, createRedisFeed, type EventFeed } from '@millrace/feed'
import { createPostgresQueue, createRedisQueue, type JobQueue, redisName } from '@millrace/queue'
import { createRunStore, type OnBatch, type RunStore } from '@millrace/run-store'
import { NearWorker } from './near-worker.js'
import { RedisWatch } from './redis-watch.js'

export interface ConnectionOptions {
  readonly databaseUrl: string
  /** Leads past a pooler: for everything that needs a session of its own. Default: `databaseUrl`. */
  readonly directUrl?: string | undefined
  /** Prepared statements over `databaseUrl`; default true. */
  readonly prepare?: boolean
  /** With it, queue and feed are on Redis; without, both are on the database. Nothing else changes. */
  readonly redisUrl: string | undefined
  /** Shown in the database's and the queue's lists of clients. */
  readonly name: string
  /** Connections of the pool; default 10. */
  readonly poolSize?: number
  /** `where` names the server, where that is not the database. */
  readonly onError: (error: unknown, where?: string) => void
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
  readonly nearWorker: NearWorker
  /**
   * `ok` for each part that answers, else what is wrong with it, and where: all are `ok` only when a start would be accepted
   * and rung for. Never takes longer than 3 s.
   */
  check(): Promise<Record<'database' | 'queue' | 'feed', string>>
  /** Parts without which a start is still accepted: it is rung for once they are back. */
  readonly dispensable: readonly ('queue' | 'feed')[]
  /** What keeps queue or feed from working where they are not on the database; undefined when nothing does. */
  lack(): Promise<string | undefined>
  /** What is wrong with a server that works all the same. */
  problems(): readonly string[]
  close(): Promise<void>
}

/** Opens everything a service talks to. The schema must be up to date: see `migrate`. */
export async function openConnections(options: ConnectionOptions): Promise<Connections> {
  const { databaseUrl, directUrl = databaseUrl, redisUrl, name, onError, metrics } = options
  const database = openDatabase(databaseUrl, {
    max: options.poolSize ?? 10,
    prepare: options.prepare ?? true,
    applicationName: `millrace-${name}`,
  })
  // May do no more than accept (D17). Opened by the first run that is: a worker never has one.
  const intake = openDatabase(directUrl, {
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
  const closeDatabase = () => Promise.all([database.close(), intake.close()])
  const { queue, feed } = await openPorts(directUrl, redisUrl, onError).catch(async (error: unknown) => {
    await closeDatabase()
    throw error
  })
  const redis = redisUrl === undefined ? undefined : new RedisWatch(redisUrl)
  const stateOf = async (ping: Promise<unknown>) => {
    const text = await state(ping)
    return text === 'ok' || redis === undefined ? text : await redis.why(text)
  }
  const checkPorts = () => Promise.all([stateOf(queue.ping()), stateOf(feed.ping())])
  return {
    database,
    store,
    queue,
    feed,
    nearWorker: new NearWorker(),
    dispensable: redis === undefined ? [] : ['queue', 'feed'],
    problems: () => redis?.problems() ?? [],
    async lack() {
      return redis === undefined ? undefined : (await checkPorts()).find((each) => each !== 'ok')
    },
    async check() {
      const [onDatabase, [onQueue, onFeed]] = await Promise.all([databaseState(database), checkPorts()])
      return { database: onDatabase, queue: onQueue, feed: onFeed }
    },
    async close() {
      await Promise.allSettled([queue.close(), feed.close(), store.close()])
      await closeDatabase()
    },
  }
}

async function openPorts(
  directUrl: string,
  redisUrl: string | undefined,
  onError: ConnectionOptions['onError'],
) {
  if (redisUrl !== undefined) {
    const where = redisName(redisUrl)
    const port = { url: redisUrl, onError: (error: unknown) => onError(error, where) }
    const queue = await createRedisQueue(port)
    return { queue, feed: await createRedisFeed(port) }
  }
  const queue = await createPostgresQueue({ url: directUrl, onError })
  try {
    return { queue, feed: await createPostgresFeed({ url: directUrl, onError }) }
  } catch (error) {
    await queue.close()
    throw error
  }
}

/** `ok`, or what keeps runs from being accepted. Never takes longer than 2 s. */
export const databaseState = ({ sql }: Pick<Database, 'sql'>): Promise<string> =>
  state(
    within(2_000, findDatabaseFault(sql)).then((fault) => {
      // What a newer version has added is no reason to leave: migrations keep the version before them working.
      if (fault !== undefined && fault.kind !== 'newer') throw new Error(fault.text)
    }),
  )

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
