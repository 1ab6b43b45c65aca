import { INGEST_ROLE, openDatabase, uuidv7 } from '@millrace/db'
import { createAcceptor, type NewRun } from '@millrace/run-store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLossyProxy } from './lossy-proxy.js'
import { createWorld, newRun, untilBlocked, type Worker, type World } from './world.js'

let world: World
let worker: Worker
beforeAll(async () => {
  world = await createWorld()
  worker = await world.worker()
})
afterAll(() => world.close())

const keyed = (key: string, requestHash = 'hash'): NewRun =>
  newRun(world, { idempotencyKey: key, requestHash })

const countOf = async (keyPrefix: string): Promise<number> => {
  const [row] = await world.sql<[{ count: number }]>`
    SELECT count(*)::integer AS count FROM runs WHERE idempotency_key LIKE ${`${keyPrefix}%`}`
  return row.count
}

/** Holds back any insert of this key until `release`. */
const holdKey = async (key: string) => {
  const connection = await world.sql.reserve()
  await connection`BEGIN`
  await connection`
    INSERT INTO runs (id, workspace_id, workflow_id, version_id, trigger, input, idempotency_key, request_hash)
    VALUES (${uuidv7()}, ${world.workspaceId}, ${world.workflowId}, ${world.versionId}, 't', '1', ${key}, 'hash')`
  return {
    end: async (how: 'COMMIT' | 'ROLLBACK') => {
      await connection.unsafe(how)
      connection.release()
    },
  }
}

describe('accept', () => {
  it('writes a pending run with all it was given, null input included', async () => {
    const run = newRun(world, { input: null, priority: 'critical', originRunId: uuidv7() })
    expect(await worker.store.accept(run)).toEqual({ kind: 'accepted', runId: run.id })
    const claimed = await worker.store.claim(run.id)
    expect(claimed).toMatchObject({ input: null, originRunId: run.originRunId, trigger: 'start', lastSeq: 0 })
    expect(await worker.store.getRun(world.workspaceId, run.id)).toMatchObject({ priority: 'critical' })
  })

  it('goes through connections that may insert and look up keys, and nothing else (D17)', async () => {
    const { close, sql } = openDatabase(world.url, { max: 1, role: INGEST_ROLE })
    const run = newRun(world, { idempotencyKey: 'the-key' })
    const acceptor = createAcceptor(sql)
    expect(await acceptor.accept(run)).toEqual({ kind: 'accepted', runId: run.id })
    expect(await acceptor.accept({ ...run, id: uuidv7() })).toEqual({ kind: 'replayed', runId: run.id })
    for (const [what, forbidden] of [
      ['the input', sql`SELECT input FROM runs`],
      ['a change', sql`UPDATE runs SET status = 'completed'`],
      ['a removal', sql`DELETE FROM runs`],
      ['events', sql`SELECT * FROM run_events`],
      ['credentials', sql`SELECT * FROM credentials`],
    ] as const)
      await expect(forbidden, what).rejects.toMatchObject({ code: '42501' })
    await acceptor.close()
    await close()
  })

  it('commits many concurrent accepts in few transactions', async () => {
    const runs = Array.from({ length: 300 }, () => newRun(world))
    await Promise.all(runs.map((run) => worker.store.accept(run)))
    const [row] = await world.sql<[{ runs: number; transactions: number }]>`
      SELECT count(*)::integer AS runs, count(DISTINCT xmin::text)::integer AS transactions
      FROM runs WHERE id = ANY (${runs.map((run) => run.id)}::uuid[])`
    expect(row.runs).toBe(300)
    expect(row.transactions).toBeLessThan(10)
  })

  it('answers a key seen before with its run, or says that the request was another (D17)', async () => {
    const first = keyed('replay')
    expect(await worker.store.accept(first)).toEqual({ kind: 'accepted', runId: first.id })
    expect(await worker.store.accept(keyed('replay'))).toEqual({ kind: 'replayed', runId: first.id })
    expect(await worker.store.accept(keyed('replay', 'other'))).toEqual({
      kind: 'key_reused',
      runId: first.id,
    })
    expect(await worker.store.accept(first)).toEqual({ kind: 'replayed', runId: first.id })
    expect(await countOf('replay')).toBe(1)
  })

  it('keeps keys of workspaces apart (I9)', async () => {
    const mine = keyed('shared')
    const theirs = { ...keyed('shared'), workspaceId: uuidv7() }
    const kinds = await Promise.all([mine, theirs].map((run) => worker.store.accept(run)))
    expect(kinds.map((result) => result.kind)).toEqual(['accepted', 'accepted'])
  })

  it('makes one run of one key in one batch and across processes (I6)', async () => {
    const other = await world.worker()
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 === 0 ? worker : other).store.accept(keyed('race')),
      ),
    )
    expect(results.filter((result) => result.kind === 'accepted')).toHaveLength(1)
    expect(new Set(results.map((result) => result.runId)).size).toBe(1)
    expect(await countOf('race')).toBe(1)
  })

  it('survives two processes that insert the same keys in opposite order (D17)', async () => {
    const other = await world.worker()
    const keys = Array.from({ length: 200 }, (_, index) => `crossed-${String(index).padStart(3, '0')}`)
    const results = await Promise.all([
      ...keys.map((key) => worker.store.accept(keyed(key))),
      ...keys.toReversed().map((key) => other.store.accept(keyed(key))),
    ])
    expect(results.filter((result) => result.kind === 'accepted')).toHaveLength(200)
    expect(await countOf('crossed')).toBe(200)
  })

  it('reads the winner of a race only after it has committed', async () => {
    const held = await holdKey('slow-winner')
    const accepted = worker.store.accept(keyed('slow-winner'))
    await untilBlocked(world.sql, 'INSERT INTO runs')
    await held.end('COMMIT')
    expect((await accepted).kind).toBe('replayed')
  })

  it('inserts after all when the run in its way is rolled back', async () => {
    const held = await holdKey('rolled-back')
    const accepted = worker.store.accept(keyed('rolled-back'))
    await untilBlocked(world.sql, 'INSERT INTO runs')
    await held.end('ROLLBACK')
    expect((await accepted).kind).toBe('accepted')
  })

  it('fails the one run that cannot be stored, not the 49 beside it (D7)', async () => {
    const runs = Array.from({ length: 50 }, (_, index) =>
      newRun(world, { input: index === 17 ? { text: 'nul \u0000' } : { index } }),
    )
    const results = await Promise.allSettled(runs.map((run) => worker.store.accept(run)))
    const refused = results.flatMap((result, index) =>
      result.status === 'rejected' ? [{ result, index }] : [],
    )
    expect(refused).toHaveLength(1)
    expect(refused[0]).toMatchObject({ index: 17, result: { reason: { code: 'INVALID_REQUEST' } } })
  })

  it('tries again when its backend dies during the insert', async () => {
    const held = await holdKey('killed')
    const accepted = worker.store.accept(keyed('killed'))
    const pid = await untilBlocked(world.sql, 'INSERT INTO runs')
    await world.sql`SELECT pg_terminate_backend(${pid})`
    await held.end('ROLLBACK')
    expect((await accepted).kind).toBe('accepted')
    expect(await countOf('killed')).toBe(1)
  })

  it('knows its own run again when the answer to its commit was lost (D6)', async () => {
    const proxy = await createLossyProxy(world.url)
    const remote = await world.worker(proxy.url)
    const run = keyed('lost-answer')
    const lost = proxy.loseAnswerTo(run.id)
    const accepted = remote.store.accept(run)
    await lost
    expect(await accepted).toEqual({ kind: 'accepted', runId: run.id })
    expect(await countOf('lost-answer')).toBe(1)
    await proxy.close()
  })

  it('gives up with UNAVAILABLE when the database stays away', async () => {
    const proxy = await createLossyProxy(world.url)
    const remote = await world.worker(proxy.url)
    await proxy.close()
    const acceptor = createAcceptor(remote.sql, { retryMs: 50 })
    await expect(acceptor.accept(newRun(world))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await acceptor.close()
  })
  /** A run of this id is there, but in a workspace that the accept may not see: it is met again and again. */
  it('says UNAVAILABLE, after few tries, when what is in the way can never be found', async () => {
    const run = newRun(world)
    await worker.store.accept({ ...run, workspaceId: uuidv7() })
    let statements = 0
    const sql = new Proxy(worker.sql, {
      apply: (target, self, args) => {
        statements += 1
        return Reflect.apply(target, self, args)
      },
    })
    const acceptor = createAcceptor(sql, { retryMs: 300 })
    await expect(acceptor.accept(run)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(statements).toBeLessThan(20)
    await acceptor.close()
  })
})
