import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { createResumeTokens, resumeUrls } from '@millrace/auth'
import { type Connections, openConnections } from '@millrace/connections'
import {
  type DefinitionInput,
  definition,
  type Json,
  type RunEvent,
  stringifyJson,
} from '@millrace/contracts'
import { type Sql, uuidv7 } from '@millrace/db'
import { createApp } from '@millrace/http-api'
import { runnerPlugin } from '@millrace/runner-service'
import { createScheduler, type Scheduler } from '@millrace/scheduler-service'
import { createTestDatabase, type NodeProcess, spawnNode, testRedisUrl, waitFor } from '@millrace/testkit'
import { openUpstream, type Upstream } from './upstream.js'

/** A database with one workspace, an upstream to call, and as many worker processes as a test wants. */
export interface World extends Connections {
  readonly sql: Sql
  readonly workspaceId: string
  readonly upstream: Upstream
  readonly databaseUrl: string
  /** A worker process, ready. Ended with the world, however it stands then. */
  worker(env?: Record<string, string>): Promise<NodeProcess>
  /** Every one that was started, the ended ones too. */
  readonly workers: readonly NodeProcess[]
  /** Timers, ticks and the sweeper, in this process. */
  scheduler(): Scheduler
  /** Publishes a version with a manual trigger `start`; the edges chain the nodes unless they are given. */
  publish(parts: DefinitionParts): Promise<Version>
  /** Accepts a run and rings for it. */
  start(version: Version, input?: Json): Promise<string>
  /** Asks the runner API to cancel; resolves with its status code. */
  cancel(runId: string): Promise<number>
  /** A POST to the runner API, under `/api/v1`. */
  post(path: string, body?: object): Promise<{ readonly status: number; json<T>(): T }>
  /** A POST to any URL or path of the API; a text is sent as it is. */
  call(
    url: string,
    body?: object | string,
  ): Promise<{
    readonly status: number
    readonly text: string
    json<T>(): T
  }>
  run(runId: string): Promise<RunRow>
  events(runId: string): Promise<RunEvent[]>
  end(): Promise<void>
}

export interface DefinitionParts {
  readonly nodes: DefinitionInput['nodes']
  readonly edges?: DefinitionInput['edges']
  readonly settings?: DefinitionInput['settings']
}

export interface Version {
  readonly workflowId: string
  readonly versionId: string
}

export interface RunRow {
  readonly status: string
  readonly epoch: number
  readonly lastSeq: number
  readonly workerId: string | null
  readonly error: { code: string } | null
  readonly output: Json
}

export interface WorldOptions {
  /** Default: a test database of this run's Postgres. */
  readonly databaseUrl?: string
  /** Default: this run's Redis; null: queue and feed are on Postgres. */
  readonly redisUrl?: string | null
}

const WORKER = fileURLToPath(new URL('../../../worker/dist/main.js', import.meta.url))

export const openWorld = async (options: WorldOptions = {}): Promise<World> => {
  const testDatabase = options.databaseUrl === undefined ? await createTestDatabase() : undefined
  const databaseUrl = options.databaseUrl ?? testDatabase?.url ?? ''
  const redisUrl = options.redisUrl === null ? undefined : (options.redisUrl ?? testRedisUrl())
  const connections = await openConnections({ databaseUrl, redisUrl, name: 'test', onError: () => {} })
  const { sql } = connections.database
  const upstream = await openUpstream()
  const workspaceId = uuidv7()
  await sql`INSERT INTO workspaces (id, slug, name) VALUES (${workspaceId}, 'home', 'Home')`
  const masterKey = randomBytes(32)
  const api = await openApi(connections, workspaceId, masterKey)
  const call: World['call'] = async (url, payload = {}) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await api.inject({ method: 'POST', url, payload, headers })
    return { status: answer.statusCode, text: answer.body, json: () => answer.json() }
  }
  const post: World['post'] = (path, payload) => call(`/api/v1${path}`, payload)
  const environment = workerEnvironment(databaseUrl, redisUrl, masterKey)
  const workers: NodeProcess[] = []
  let scheduler: Scheduler | undefined
  return {
    ...connections,
    sql,
    workspaceId,
    upstream,
    databaseUrl,
    worker: async (env) => {
      const worker = await spawnNode(WORKER, {
        env: { ...environment, ...env },
        readyPattern: /worker ready/,
      })
      workers.push(worker)
      return worker
    },
    workers,
    scheduler: () => {
      scheduler ??= startScheduler(connections)
      return scheduler
    },
    publish: (parts) => publish(sql, workspaceId, parts),
    start: (version, input = null) => start(connections, workspaceId, version, input),
    cancel: async (runId) => (await post(`/runs/${runId}/cancel`)).status,
    post,
    call,
    run: (runId) => readRun(sql, runId),
    events: (runId) => connections.store.readEvents(workspaceId, runId, 0, 10_000),
    end: async () => {
      await scheduler?.stop()
      for (const worker of workers) worker.kill('SIGKILL')
      await Promise.all(workers.map((worker) => worker.exited))
      await api.close()
      await connections.close()
      await upstream.close()
      await testDatabase?.drop()
    },
  }
}

const workerEnvironment = (databaseUrl: string, redisUrl: string | undefined, masterKey: Buffer) => ({
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  JWT_SECRET: randomBytes(48).toString('base64'),
  MASTER_KEY: masterKey.toString('base64'),
  HTTP_ALLOW_PRIVATE: '127.0.0.0/8',
  PORT: '0',
})

const startScheduler = ({ database, store, queue }: Connections): Scheduler => {
  const scheduler = createScheduler({
    sql: database.sql,
    store,
    queue,
    onError: () => {},
    pauses: { sweepMs: 200, timersMs: 200 },
  })
  scheduler.start()
  return scheduler
}

const openApi = async (
  { database, store, queue, feed, nearWorker }: Connections,
  workspaceId: string,
  masterKey: Buffer,
) => {
  const resumeTokens = createResumeTokens(masterKey)
  const app = createApp({
    name: 'api',
    authenticate: async () => ({ userId: uuidv7(), workspaceId, role: 'operator', email: 'ada@example.org' }),
  })
  await app.register(
    runnerPlugin({
      sql: database.sql,
      store,
      queue,
      feed,
      nearWorker,
      useCredential: () => Promise.reject(new Error('no credentials here')),
      resumeTokens,
      resumeUrl: resumeUrls(resumeTokens, 'https://millrace.example'),
      log: { warn: () => {}, error: () => {} },
      random: () => 0.5,
    }),
  )
  await app.ready()
  return app
}

const publish = async (sql: Sql, workspaceId: string, parts: DefinitionParts): Promise<Version> => {
  const [workflowId, versionId] = [uuidv7(), uuidv7()]
  const name = `flow-${workflowId}`
  const chain = parts.nodes.map(({ id }, index) => ({ from: parts.nodes[index - 1]?.id ?? 'start', to: id }))
  const text = stringifyJson(
    definition.parse({
      format: 'millrace/v1',
      name,
      nodes: [{ id: 'start', type: 'trigger.manual' }, ...parts.nodes],
      edges: parts.edges ?? chain,
      ...(parts.settings === undefined ? {} : { settings: parts.settings }),
    }),
  )
  await sql`INSERT INTO workflows (id, workspace_id, name, draft, draft_hash, published_version)
    VALUES (${workflowId}, ${workspaceId}, ${name}, ${text}::text::jsonb, '', 1)`
  await sql`
    INSERT INTO workflow_versions (id, workspace_id, workflow_id, number, definition, definition_text, content_hash)
    VALUES (${versionId}, ${workspaceId}, ${workflowId}, 1, ${text}::text::jsonb, ${text}::text::json, '')`
  return { workflowId, versionId }
}

const start = async (
  { store, queue }: Connections,
  workspaceId: string,
  version: Version,
  input: Json,
): Promise<string> => {
  const id = uuidv7()
  await store.accept({
    id,
    workspaceId,
    ...version,
    trigger: 'start',
    input,
    priority: 'normal',
    idempotencyKey: null,
    requestHash: null,
  })
  await queue.enqueue([{ runId: id }])
  return id
}

const readRun = async (sql: Sql, runId: string): Promise<RunRow> => {
  const [row] = await sql<[RunRow]>`
    SELECT status, epoch, last_seq AS "lastSeq", worker_id AS "workerId", error, output
    FROM runs WHERE id = ${runId}`
  return row
}

/** Waits for the run's end; returns its status. */
export const ended = (world: World, runId: string, timeoutMs = 20_000): Promise<string> =>
  waitFor(
    async () => {
      const { status } = await world.run(runId)
      return ['completed', 'failed', 'cancelled'].includes(status) && status
    },
    { what: `run ${runId} to end`, timeoutMs },
  )

/** The events as `type:path`, without those of the trigger. */
export const story = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => {
    if (!('path' in event)) return [event.type]
    return event.path === 'start' ? [] : [`${event.type}:${event.path}`]
  })

/** Event types of one step, in order. */
export const storyOf = (events: readonly RunEvent[], path: string): string[] =>
  events.flatMap((event) => ('path' in event && event.path === path ? [event.type] : []))

export const seqsOf = (events: readonly RunEvent[]): number[] => events.map((event) => event.seq)
export const dense = (events: readonly RunEvent[]): number[] => events.map((_, index) => index + 1)

/** Holds the run's row, so that nothing of it becomes durable until `release`. */
export const holdRun = async (sql: Sql, runId: string): Promise<() => Promise<void>> => {
  const connection = await sql.reserve()
  await connection`BEGIN`
  await connection`SELECT 1 FROM runs WHERE id = ${runId} FOR UPDATE`
  return async () => {
    await connection`COMMIT`
    connection.release()
  }
}

/** Waits until a statement that contains `text` waits for a lock. */
export const untilBlocked = (sql: Sql, text: string): Promise<boolean> =>
  waitFor(
    async () => {
      const rows = await sql`
        SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE ${`%${text}%`}`
      return rows.length > 0
    },
    { what: `a lock to hold up ${text}` },
  )
