import { uuidv7 } from '@millrace/db'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  acceptAndClaim,
  createWorld,
  newRun,
  parked,
  unitOf,
  untilBlocked,
  upTo,
  type World,
} from '../world.js'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

/** Whether a statement would have to wait for somebody else's lock. */
const waits = async (statement: string): Promise<boolean> => {
  const connection = await world.sql.reserve()
  try {
    await connection`BEGIN`
    await connection`SET LOCAL lock_timeout = '50ms'`
    return await connection.unsafe(statement).then(
      () => false,
      (error: { code?: string }) => error.code === '55P03',
    )
  } finally {
    await connection`ROLLBACK`
    connection.release()
  }
}

const insertOfKey = (key: string): string => `
  INSERT INTO runs (id, workspace_id, workflow_id, version_id, trigger, input, idempotency_key, request_hash)
  VALUES ('${uuidv7()}', '${world.workspaceId}', '${world.workflowId}', '${world.versionId}', 't', '1', '${key}', 'h')`

describe('accepts', () => {
  it('go in by key, so that two processes with crossed keys cannot lock each other out (D17)', async () => {
    const worker = await world.worker()
    const held = await world.sql.reserve()
    await held`BEGIN`
    await held.unsafe(insertOfKey('b'))
    const accepted = ['b', 'a'].map((key) =>
      worker.store.accept(newRun(world, { idempotencyKey: key, requestHash: 'h' })),
    )
    await untilBlocked(world.sql, 'INSERT INTO runs')
    // It waits for `b` with `a` in hand, as every other process would: none waits the other way round.
    expect(await waits(insertOfKey('a'))).toBe(true)
    await held`ROLLBACK`
    held.release()
    expect((await Promise.all(accepted)).map((result) => result.kind)).toEqual(['accepted', 'accepted'])
  })
})

describe('flushes and claims', () => {
  it('lock their runs in id order, whatever order they came in (D1)', async () => {
    const worker = await world.worker()
    const [low, high] = [await acceptAndClaim(world, worker), await acceptAndClaim(world, worker)].sort(
      (a, b) => (a.id < b.id ? -1 : 1),
    )
    const held = await world.sql.reserve()
    await held`BEGIN`
    await held`SELECT 1 FROM runs WHERE id = ${high!.id} FOR NO KEY UPDATE`
    const flushed = [high!, low!].map((run) => worker.store.submit(unitOf(run)))
    await untilBlocked(world.sql, 'flush_units')
    expect(await waits(`SELECT 1 FROM runs WHERE id = '${low!.id}' FOR NO KEY UPDATE`)).toBe(true)
    await held`COMMIT`
    held.release()
    expect((await Promise.all(flushed)).map((result) => result.kind)).toEqual(['durable', 'durable'])
  })
})

describe('batches', () => {
  it('are capped by bytes: large units do not pile up in one statement (D7)', async () => {
    const worker = await world.worker()
    const runs = await Promise.all(upTo(10).map(() => acceptAndClaim(world, worker)))
    const body = 'x'.repeat(1024 * 1024)
    await Promise.all(
      runs.map((run) => worker.store.submit(unitOf(run, { payloads: [{ key: 'large', body }] }))),
    )
    const rows = await world.sql<{ runs: number }[]>`
      SELECT count(*)::integer AS runs FROM runs WHERE id = ANY (${runs.map((run) => run.id)}::uuid[])
      GROUP BY xmin::text`
    for (const row of rows) expect(row.runs).toBeLessThanOrEqual(3)
  })
})

describe('a due timer', () => {
  it('is still there when its messenger dies before the message is written (D5)', async () => {
    const worker = await world.worker()
    const run = await acceptAndClaim(world, worker)
    const timers = [{ path: 'a', kind: 'delay', attempt: 1, dueAt: 1 }] as const
    await worker.store.submit(parked(run, { timers }))
    const held = await world.sql.reserve()
    await held`BEGIN`
    await held`LOCK TABLE run_inbox IN EXCLUSIVE MODE`
    const due = worker.store.dueTimers(10)
    const died = expect(due).rejects.toThrow()
    const pid = await untilBlocked(world.sql, 'INSERT INTO run_inbox')
    await world.sql`SELECT pg_terminate_backend(${pid})`
    await held`COMMIT`
    held.release()
    await died
    expect(await world.sql`SELECT 1 FROM timers WHERE run_id = ${run.id}`).toHaveLength(1)
    expect(await worker.store.dueTimers(10)).toEqual([run.id])
    expect((await worker.store.readInbox([run.id])).get(run.id)).toHaveLength(1)
  })
})
