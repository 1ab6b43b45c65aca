import { setImmediate } from 'node:timers/promises'
import type { Json, RunEvent } from '@millrace/contracts'
import { type Database, INGEST_ROLE, openDatabase, type Sql, uuidv7 } from '@millrace/db'
import {
  type ClaimedRun,
  createRunStore,
  type FlushUnit,
  type NewRun,
  type RunStore,
  type StepRow,
} from '@millrace/run-store'
import { createTestDatabase, waitFor } from '@millrace/testkit'

/** A database with one published workflow, and as many stores on it as a test wants processes. */
export interface World {
  readonly sql: Sql
  readonly url: string
  readonly workspaceId: string
  readonly workflowId: string
  readonly versionId: string
  /** A process of its own: its own pool, worker id and lease of a minute. */
  worker(url?: string): Promise<Worker>
  close(): Promise<void>
}

export interface Worker {
  readonly id: string
  readonly store: RunStore
  readonly sql: Sql
}

export const createWorld = async (): Promise<World> => {
  const test = await createTestDatabase()
  const world = await worldAt(test.url)
  return {
    ...world,
    close: async () => {
      await world.close()
      await test.drop()
    },
  }
}

export const worldAt = async (url: string): Promise<World> => {
  const { sql, close } = openDatabase(url, { applicationName: 'test' })
  const ids = { workspaceId: uuidv7(), workflowId: uuidv7(), versionId: uuidv7() }
  await publish(sql, ids)
  const opened: { store: RunStore; databases: readonly Database[] }[] = []
  return {
    sql,
    url,
    ...ids,
    worker: async (to = url) => {
      const id = uuidv7()
      const database = openDatabase(to, { applicationName: `worker-${opened.length}`, max: 6 })
      const intake = openDatabase(to, {
        applicationName: `intake-${opened.length}`,
        max: 3,
        role: INGEST_ROLE,
      })
      const store = createRunStore(database.sql, {
        workerId: id,
        intake: intake.sql,
        accept: { retryMs: 20_000 },
      })
      opened.push({ store, databases: [database, intake] })
      await store.registerWorker('test', 60_000)
      return { id, store, sql: database.sql }
    },
    close: async () => {
      await Promise.all(opened.map(({ store }) => store.close()))
      await Promise.all(opened.flatMap(({ databases }) => databases).map((database) => database.close()))
      await close()
    },
  }
}

const publish = async (
  sql: Sql,
  ids: { workspaceId: string; workflowId: string; versionId: string },
): Promise<void> => {
  await sql`INSERT INTO workspaces (id, slug, name) VALUES (${ids.workspaceId}, ${ids.workspaceId}, 'Test')`
  await sql`INSERT INTO workflows (id, workspace_id, name, draft, draft_hash)
    VALUES (${ids.workflowId}, ${ids.workspaceId}, 'order-intake', '{}', 'hash')`
  await sql`INSERT INTO workflow_versions (id, workspace_id, workflow_id, number, definition, content_hash)
    VALUES (${ids.versionId}, ${ids.workspaceId}, ${ids.workflowId}, 3, '{}', 'hash')`
}

export const newRun = (world: World, changes: Partial<NewRun> = {}): NewRun => ({
  id: uuidv7(),
  workspaceId: world.workspaceId,
  workflowId: world.workflowId,
  versionId: world.versionId,
  trigger: 'start',
  input: { order: 1 },
  priority: 'normal',
  idempotencyKey: null,
  requestHash: null,
  ...changes,
})

export const acceptAndClaim = async (world: World, worker: Worker): Promise<ClaimedRun> => {
  const run = newRun(world)
  await worker.store.accept(run)
  const claimed = await worker.store.claim(run.id)
  if (claimed === null) throw new Error('the run could not be claimed')
  return claimed
}

/** `count` log-like events after the run's last; the run goes on. */
export const unitOf = (
  run: Pick<ClaimedRun, 'id' | 'workspaceId' | 'epoch' | 'lastSeq'>,
  changes: Partial<FlushUnit> & { count?: number } = {},
): FlushUnit => {
  const { count = 2, ...rest } = changes
  const expectedSeq = rest.expectedSeq ?? run.lastSeq
  return {
    runId: run.id,
    workspaceId: run.workspaceId,
    epoch: run.epoch,
    expectedSeq,
    newSeq: expectedSeq + count,
    events: Array.from({ length: count }, (_, index) => logged(expectedSeq + index + 1)),
    steps: [],
    run: { status: 'running', startedAt: 1_000, finishedAt: null, error: null, output: null },
    release: false,
    timers: undefined,
    consumedInbox: [],
    payloads: [],
    response: undefined,
    ...rest,
  }
}

export const logged = (seq: number, data: Json = null): RunEvent => ({
  type: 'step_log',
  seq,
  at: 1_000 + seq,
  path: 'fetch',
  attempt: 1,
  level: 'info',
  message: `line ${seq}`,
  data,
})

export const stepOf = (path: string, changes: Partial<StepRow> = {}): StepRow => ({
  path,
  nodeId: path,
  type: 'transform.json',
  status: 'running',
  attempt: 1,
  startedAt: 1_001,
  finishedAt: null,
  error: null,
  wait: null,
  ...changes,
})

/** Waiting with nothing to do, as a run is after its park. */
export const parked = (
  run: Pick<ClaimedRun, 'id' | 'workspaceId' | 'epoch' | 'lastSeq'>,
  changes: Partial<FlushUnit> = {},
): FlushUnit =>
  unitOf(run, {
    release: true,
    run: { status: 'waiting', startedAt: 1_000, finishedAt: null, error: null, output: null },
    ...changes,
  })

export const completed = {
  status: 'completed',
  startedAt: 1_000,
  finishedAt: 2_000,
  error: null,
  output: 1,
} as const

export interface StoredRun {
  readonly status: string
  readonly epoch: number
  readonly lastSeq: number
  readonly workerId: string | null
  readonly crashCount: number
}

export const readRun = async (sql: Sql, id: string): Promise<StoredRun> => {
  const [row] = await sql<[StoredRun]>`
    SELECT status, epoch, last_seq AS "lastSeq", worker_id AS "workerId", crash_count AS "crashCount"
    FROM runs WHERE id = ${id}`
  return row
}

/** The run's seqs as stored: dense from 1 unless something is wrong (I4). */
export const readSeqs = async (sql: Sql, id: string): Promise<number[]> => {
  const rows = await sql<{ seq: number }[]>`SELECT seq FROM run_events WHERE run_id = ${id} ORDER BY seq`
  return rows.map((row) => row.seq)
}

export const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

export const expireLease = async (sql: Sql, workerId: string): Promise<void> => {
  await sql`UPDATE workers SET lease_until = clock_timestamp() - interval '1 s', lease_ms = 1 WHERE id = ${workerId}`
}

/** Waits until a statement that contains `text` waits for a lock; returns its backend. */
export const untilBlocked = (sql: Sql, text: string): Promise<number> =>
  waitFor(
    async () => {
      const [row] = await sql<{ pid: number }[]>`
        SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE ${`%${text}%`}`
      return row?.pid
    },
    { what: `a lock to hold up ${text}` },
  )

/** Holds the runs' rows until `release`, as a flush or claim in flight does. */
export const holdRuns = async (
  sql: Sql,
  ids: readonly string[],
): Promise<{ sql: Sql; release: () => Promise<void> }> => {
  const connection = await sql.reserve()
  await connection`BEGIN`
  await connection`SELECT 1 FROM runs WHERE id = ANY (${ids}::uuid[]) FOR NO KEY UPDATE`
  return {
    sql: connection,
    release: async () => {
      await connection`COMMIT`
      connection.release()
    },
  }
}

/** Lets everything submitted so far leave. */
export const turn = (): Promise<void> => setImmediate()
