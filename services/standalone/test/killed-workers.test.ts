import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Connections, openConnections } from '@millrace/connections'
import { definition, type RunEvent } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { createScheduler, type Scheduler } from '@millrace/scheduler-service'
import {
  createTestDatabase,
  type NodeProcess,
  spawnNode,
  type TestDatabase,
  testRedisUrl,
  waitFor,
} from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

/**
 * I1, I2, I4, I5 with real processes: 200 runs in flight on two workers, one of which is killed with -9 every 2 s.
 *
 *   start ──▶ s0 ──▶ s1 ──▶ … ──▶ s9        each a POST that takes 300 ms
 */
const WORKER = fileURLToPath(new URL('../../worker/dist/main.js', import.meta.url))
const RUNS = 200
const STEPS = 10
const STEP_MS = 300
const KILLS = 4
const LEASE_MS = 2_000

let database: TestDatabase
let connections: Connections
let scheduler: Scheduler
let upstream: Server
let calls: Map<string, number>
let workers: NodeProcess[] = []

beforeEach(async () => {
  database = await createTestDatabase()
  calls = new Map()
  upstream = createServer((request, response) => {
    const key = String(request.headers['idempotency-key'])
    calls.set(key, (calls.get(key) ?? 0) + 1)
    setTimeout(() => response.end('{}'), STEP_MS)
  })
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  await scheduler.stop()
  for (const worker of workers) worker.kill('SIGTERM')
  await Promise.all(workers.map((worker) => worker.exited))
  workers = []
  await connections.close()
  upstream.closeAllConnections()
  upstream.close()
  await database.drop()
})

describe.each(['redis', 'postgres'] as const)('killed workers on %s', (backend) => {
  test('every run completes once, without a gap and without repeating a durable step', async () => {
    const redisUrl = backend === 'redis' ? testRedisUrl() : undefined
    connections = await openConnections({
      databaseUrl: database.url,
      redisUrl,
      name: 'test',
      onError: () => {},
    })
    scheduler = createScheduler({
      sql: connections.database.sql,
      store: connections.store,
      queue: connections.queue,
      onError: () => {},
      pauses: { sweepMs: 500 },
    })
    scheduler.start()
    const env = environment(redisUrl)
    workers = await Promise.all([spawnWorker(env), spawnWorker(env)])
    const workspaceId = uuidv7()
    const runIds = await startRuns(workspaceId)

    for (let kill = 0; kill < KILLS; kill++) {
      const victim = workers.shift()
      const until = performance.now() + 2_000
      await waitFor(() => performance.now() > until, { what: 'the next kill' })
      victim?.kill('SIGKILL')
      await victim?.exited
      workers.push(await spawnWorker(env))
    }
    await waitFor(async () => (await openRuns()) === 0, { timeoutMs: 120_000, what: 'every run to end' })

    let interrupted = 0
    for (const runId of runIds) {
      const run = await connections.store.getRun(workspaceId, runId)
      expect(run?.status).toBe('completed') // I1
      const events = await connections.store.readEvents(workspaceId, runId, 0, 10_000)
      expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1)) // I4
      expectNothingAfterCompletion(events) // I2
      interrupted += events.filter((event) => event.type === 'step_retrying').length
    }
    // No vacuous pass: the kills did interrupt steps, and every step reached the outside under one key (I5).
    expect(interrupted).toBeGreaterThan(0)
    expect(calls.size).toBe(RUNS * STEPS)
  }, 180_000)
})

function expectNothingAfterCompletion(events: readonly RunEvent[]): void {
  const done = new Set<string>()
  for (const event of events) {
    if (!('path' in event)) continue
    expect(done.has(event.path), `event ${event.seq} of a step that had completed`).toBe(false)
    if (event.type === 'step_succeeded') done.add(event.path)
  }
  expect(done.size).toBe(STEPS + 1)
}

const environment = (redisUrl: string | undefined): Record<string, string | undefined> => ({
  DATABASE_URL: database.url,
  REDIS_URL: redisUrl,
  JWT_SECRET: randomBytes(48).toString('base64'),
  MASTER_KEY: randomBytes(32).toString('base64'),
  HTTP_ALLOW_PRIVATE: '127.0.0.0/8',
  LEASE_MS: String(LEASE_MS),
  PORT: '0',
})

const spawnWorker = (env: Record<string, string | undefined>): Promise<NodeProcess> =>
  spawnNode(WORKER, { env, readyPattern: /worker ready/ })

async function startRuns(workspaceId: string): Promise<string[]> {
  const { sql } = connections.database
  const { port } = upstream.address() as AddressInfo
  const nodes = Array.from({ length: STEPS }, (_, index) => ({
    id: `s${index}`,
    type: 'http.request',
    params: { method: 'POST', url: `http://127.0.0.1:${port}/`, body: { index } },
  }))
  const text = JSON.stringify(
    definition.parse({
      format: 'millrace/v1',
      name: 'chain',
      nodes: [{ id: 'start', type: 'trigger.manual' }, ...nodes],
      edges: nodes.map((node, index) => ({ from: index === 0 ? 'start' : `s${index - 1}`, to: node.id })),
    }),
  )
  const [workflowId, versionId] = [uuidv7(), uuidv7()]
  await sql`INSERT INTO workspaces (id, slug, name) VALUES (${workspaceId}, 'w', 'W')`
  await sql`INSERT INTO workflows (id, workspace_id, name, draft, draft_hash)
    VALUES (${workflowId}, ${workspaceId}, 'chain', ${text}::text::jsonb, '')`
  await sql`INSERT INTO workflow_versions (id, workspace_id, workflow_id, number, definition, content_hash)
    VALUES (${versionId}, ${workspaceId}, ${workflowId}, 1, ${text}::text::jsonb, '')`
  const ids = Array.from({ length: RUNS }, () => uuidv7())
  await Promise.all(
    ids.map((id) =>
      connections.store.accept({
        id,
        workspaceId,
        workflowId,
        versionId,
        trigger: 'start',
        input: {},
        priority: 'normal',
        idempotencyKey: null,
        requestHash: null,
      }),
    ),
  )
  await connections.queue.enqueue(ids.map((runId) => ({ runId })))
  return ids
}

async function openRuns(): Promise<number> {
  const [row] = await connections.database.sql<{ open: number }[]>`
    SELECT count(*)::int AS open FROM runs WHERE finished_at IS NULL`
  return row?.open ?? 0
}
