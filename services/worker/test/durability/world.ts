import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Connections, openConnections } from '@millrace/connections'
import { type DefinitionInput, definition, type Json, type RunEvent } from '@millrace/contracts'
import { type Sql, uuidv7 } from '@millrace/db'
import type { RunStore } from '@millrace/run-store'
import { createMetrics } from '@millrace/telemetry'
import { createTestDatabase, testRedisUrl, waitFor } from '@millrace/testkit'
import { type StartWorkerOptions, startWorker } from '../../src/start-worker.js'
import type { WorkerOptions } from '../../src/worker.js'

/**
 * Workers in this process, on a database and a Redis of their own, so that a test can hold back one answer of the
 * store and play an interleaving that no kill can time.
 */
export interface World {
  readonly sql: Sql
  readonly workspaceId: string
  readonly queue: Connections['queue']
  readonly feed: Connections['feed']
  readonly store: RunStore
  readonly upstream: Upstream
  /** A worker with connections of its own; `wrap` puts something between it and its store. */
  worker(options?: Partial<TestWorkerOptions>, wrap?: (store: RunStore) => RunStore): Promise<TestWorker>
  publish(parts: DefinitionParts): Promise<Version>
  /** Accepts a run and rings for it. */
  start(version: Version, input?: Json): Promise<string>
  run(runId: string): Promise<{ status: string; workerId: string | null; epoch: number }>
  events(runId: string): Promise<RunEvent[]>
  end(): Promise<void>
}

export type DefinitionParts = Pick<DefinitionInput, 'nodes' | 'edges' | 'settings'>

export interface TestWorkerOptions extends WorkerOptions {
  /** Answers for every credential. */
  readonly credential: StartWorkerOptions['credential']
  readonly circuits: NonNullable<StartWorkerOptions['circuits']>
  readonly log: StartWorkerOptions['log']
  readonly metrics: StartWorkerOptions['metrics']
}

export interface TestWorker {
  /** Runs in its memory. */
  readonly held: number
  /** In its lease. */
  readonly id: string
  /** Where it offers its places to this process. */
  readonly near: Connections['nearWorker']
  /** Drains, then closes its connections. */
  stop(): Promise<void>
}

export interface Version {
  readonly workflowId: string
  readonly versionId: string
}

export const openWorld = async (): Promise<World> => {
  const database = await createTestDatabase()
  const redisUrl = testRedisUrl()
  const connect = () =>
    openConnections({ databaseUrl: database.url, redisUrl, name: 'test', poolSize: 5, onError: () => {} })
  const connections = await connect()
  const { sql } = connections.database
  const workspaceId = uuidv7()
  await sql`INSERT INTO workspaces (id, slug, name) VALUES (${workspaceId}, 'home', 'Home')`
  const upstream = await openUpstream()
  const running: TestWorker[] = []
  return {
    sql,
    workspaceId,
    queue: connections.queue,
    feed: connections.feed,
    store: connections.store,
    upstream,
    worker: async (options, wrap = (store) => store) => {
      const worker = await startTestWorker(await connect(), options ?? {}, wrap)
      running.push(worker)
      return worker
    },
    publish: (parts) => publish(sql, workspaceId, parts),
    start: async (version, input = null) => {
      const id = uuidv7()
      const run = { id, workspaceId, ...version, trigger: 'start', input, priority: 'normal' } as const
      await connections.store.accept({ ...run, idempotencyKey: null, requestHash: null })
      await connections.queue.enqueue([{ runId: id }])
      return id
    },
    run: async (runId) => {
      const [row] = await sql<[{ status: string; workerId: string | null; epoch: number }]>`
        SELECT status, worker_id AS "workerId", epoch FROM runs WHERE id = ${runId}`
      return row
    },
    events: (runId) => connections.store.readEvents(workspaceId, runId, 0, 10_000),
    end: async () => {
      await Promise.all(running.map((worker) => worker.stop()))
      await connections.close()
      await upstream.close()
      await database.drop()
    },
  }
}

const startTestWorker = async (
  connections: Connections,
  options: Partial<TestWorkerOptions>,
  wrap: (store: RunStore) => RunStore,
): Promise<TestWorker> => {
  const worker = await startWorker(
    { ...connections, store: wrap(connections.store) },
    {
      ...{ name: 'test', leaseMs: 600_000, concurrency: 20, maxHeld: 100, graceMs: 0 },
      credential: () => Promise.reject(new Error('no credentials here')),
      resumeUrl: (runId, path) => `resume:${runId}:${path}`,
      log: { warn: () => {}, info: () => {} },
      metrics: createMetrics(),
      ...options,
      allowPrivate: ['127.0.0.0/8'],
      plays: { childEnvironment: process.env },
    },
  )
  const stop = async () => {
    await worker.stop()
    await connections.close()
  }
  let stopping: Promise<void> | undefined
  return {
    get held() {
      return worker.held
    },
    id: connections.store.workerId,
    near: connections.nearWorker,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}

const publish = async (
  sql: Sql,
  workspaceId: string,
  { nodes, edges, settings }: DefinitionParts,
): Promise<Version> => {
  const [workflowId, versionId] = [uuidv7(), uuidv7()]
  const name = `flow-${workflowId}`
  const all = [{ id: 'start', type: 'trigger.manual' }, ...nodes]
  const text = JSON.stringify(
    definition.parse({ format: 'millrace/v1', name, nodes: all, edges, ...(settings && { settings }) }),
  )
  await sql`INSERT INTO workflows (id, workspace_id, name, draft, draft_hash)
    VALUES (${workflowId}, ${workspaceId}, ${name}, ${text}::text::jsonb, '')`
  await sql`INSERT INTO workflow_versions (id, workspace_id, workflow_id, number, definition, content_hash)
    VALUES (${versionId}, ${workspaceId}, ${workflowId}, 1, ${text}::text::jsonb, '')`
  return { workflowId, versionId }
}

/** The outside. Calls of a held path wait for `answer`; all others get `{}` at once. */
export interface Upstream {
  readonly url: string
  hold(path: string): void
  /** Answers this and every later call of the path like this. */
  always(path: string, body: object): void
  count(path: string): number
  /** Answers the nth call of a held path, from 1, once it has come. */
  answer(path: string, nth: number, body?: object): Promise<void>
  nth(path: string, nth: number): Promise<ServerResponse>
  close(): Promise<void>
}

const openUpstream = async (): Promise<Upstream> => {
  const calls = new Map<string, ServerResponse[]>()
  const bodies = new Map<string, object | undefined>()
  const reply = (response: ServerResponse, body: object) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(body))
  }
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    calls.set(path, [...(calls.get(path) ?? []), response])
    const body = bodies.has(path) ? bodies.get(path) : {}
    if (body !== undefined) reply(response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const nth = (path: string, count: number) =>
    waitFor(() => calls.get(path)?.[count - 1], { what: `call ${count} of ${path}`, timeoutMs: 60_000 })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (path) => void bodies.set(path, undefined),
    always: (path, body) => void bodies.set(path, body),
    count: (path) => calls.get(path)?.length ?? 0,
    answer: async (path, count, body = {}) => reply(await nth(path, count), body),
    nth,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Holds back calls of one method of the store, each until it is let through. */
export interface Gate {
  readonly wrap: (store: RunStore) => RunStore
  /** Waits until this many calls have come. */
  reached(calls: number): Promise<void>
  /** Lets the nth call through, from 1; or has it fail. */
  pass(nth: number, error?: Error): void
}

export const gateOn = (method: 'putPayload' | 'getPayload' | 'readInbox' | 'renewLease'): Gate => {
  const calls: { pass: () => void; fail: (error: Error) => void }[] = []
  const held = () => new Promise<void>((pass, fail) => calls.push({ pass, fail }))
  return {
    wrap: (store) => ({
      ...store,
      // The arguments are handed on as they came, whichever method it is.
      [method]: async (...args: unknown[]) => {
        await held()
        return Reflect.apply(store[method], store, args)
      },
    }),
    reached: async (count) => {
      await waitFor(() => calls.length >= count, { what: `call ${count} of ${method}` })
    },
    pass: (nth, error) => (error === undefined ? calls[nth - 1]?.pass() : calls[nth - 1]?.fail(error)),
  }
}

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

/** Waits until a flush waits for a lock. */
export const untilFlushBlocked = (sql: Sql): Promise<boolean> =>
  waitFor(
    async () => {
      const rows = await sql`
        SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%flush_units%'`
      return rows.length > 0
    },
    { what: 'a flush to wait for a lock' },
  )

export const ended = (world: World, runId: string, timeoutMs = 15_000): Promise<string> =>
  waitFor(
    async () => {
      const { status } = await world.run(runId)
      return ['completed', 'failed', 'cancelled'].includes(status) && status
    },
    { what: `run ${runId} to end`, timeoutMs },
  )

export const storyOf = (events: readonly RunEvent[], path: string): string[] =>
  events.flatMap((event) => ('path' in event && event.path === path ? [event.type] : []))
