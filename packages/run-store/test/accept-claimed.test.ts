import { INGEST_ROLE, openDatabase, uuidv7 } from '@millrace/db'
import { createAcceptor, decodeHandedRun, encodeHandedRun, type NewRun } from '@millrace/run-store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLossyProxy } from './lossy-proxy.js'
import { createWorld, expireLease, newRun, readRun, unitOf, type Worker, type World } from './world.js'

let world: World
let owner: Worker
let other: Worker
beforeAll(async () => {
  world = await createWorld()
  owner = await world.worker()
  other = await world.worker()
})
afterAll(() => world.close())

const forOwner = (changes: Partial<NewRun> = {}) => newRun(world, { claimFor: owner.id, ...changes })
const accept = async (run: NewRun) => {
  const result = await owner.store.accept(run)
  return result.kind === 'accepted' ? result.claimed : undefined
}

describe('a run that is accepted for a worker (D2)', () => {
  it('is that worker’s from its first moment, as a claim would give it', async () => {
    const run = forOwner({ input: { order: [1, null, 'ä'] } })
    const claimed = await accept(run)
    expect(claimed).toMatchObject({ id: run.id, epoch: 1, lastSeq: 0, status: 'running', input: run.input })
    expect(await readRun(world.sql, run.id)).toMatchObject({
      workerId: owner.id,
      epoch: 1,
      status: 'running',
    })
    expect(await other.store.claim(run.id)).toBeNull()
    expect(await owner.store.submit(unitOf(claimed!))).toEqual({ kind: 'durable' })
    const again = await other.store.takeFrom(run.id, owner.id)
    const same = ['workspaceId', 'versionId', 'trigger', 'input', 'keyRunId', 'createdAt'] as const
    for (const key of same) expect(claimed?.[key], key).toEqual(again?.[key])
  })

  it.each([
    ['a seed', { seed: { steps: {} } }],
    ['an origin', { originRunId: uuidv7() }],
    ['a parent', { parentRunId: uuidv7() }],
    ['a suspicion', { suspect: true }],
    ['the backlog to wait in', { backlog: true }],
  ])('is nobody’s yet with %s', async (_what, changes) => {
    const run = forOwner(changes)
    expect(await accept(run)).toBeUndefined()
    expect(await readRun(world.sql, run.id)).toMatchObject({ workerId: null, epoch: 0, status: 'pending' })
  })

  it('is nobody’s yet when the worker is gone or has let its lease run out', async () => {
    const late = await world.worker()
    await expireLease(world.sql, late.id)
    for (const claimFor of [uuidv7(), late.id]) {
      const run = newRun(world, { claimFor })
      expect(await accept(run)).toBeUndefined()
      expect(await other.store.claim(run.id)).toMatchObject({ epoch: 1, crashCount: 0 })
    }
  })

  it('shares an insert with runs that name no worker', async () => {
    const runs = [forOwner(), newRun(world), newRun(world, { claimFor: other.id }), newRun(world)]
    await Promise.all(runs.map((run) => owner.store.accept(run)))
    const rows = await Promise.all(runs.map((run) => readRun(world.sql, run.id)))
    expect(rows.map(({ workerId }) => workerId)).toEqual([owner.id, null, other.id, null])
  })

  it('takes over nothing that is there already (D17)', async () => {
    const run = newRun(world, { idempotencyKey: 'taken', requestHash: 'hash' })
    await owner.store.accept(run)
    for (const again of [run, { ...run, id: uuidv7() }])
      expect(await owner.store.accept({ ...again, claimFor: owner.id })).toEqual({
        kind: 'replayed',
        runId: run.id,
      })
    expect(await readRun(world.sql, run.id)).toMatchObject({ workerId: null, epoch: 0 })
  })

  it('is claimed by nobody but the role that accepts, whatever its session puts in the way (D17)', async () => {
    const [row] = await world.sql<[{ anybody: boolean; ingest: boolean }]>`
      SELECT has_function_privilege('public', 'accept_runs(json)', 'EXECUTE') AS anybody,
        has_function_privilege(${INGEST_ROLE}, 'accept_runs(json)', 'EXECUTE') AS ingest`
    expect(row).toEqual({ anybody: false, ingest: true })
    const intake = openDatabase(world.url, { max: 1, role: INGEST_ROLE })
    await intake.sql`CREATE TEMP TABLE workers (id uuid, lease_until timestamptz, lease_ms integer)`
    const run = newRun(world, { claimFor: uuidv7() })
    await intake.sql`INSERT INTO pg_temp.workers VALUES (${run.claimFor!}, 'infinity', 1)`
    const acceptor = createAcceptor(intake.sql)
    expect(await acceptor.accept(run)).toEqual({ kind: 'accepted', runId: run.id, claimed: undefined })
    expect(await readRun(world.sql, run.id)).toMatchObject({ workerId: null })
    await acceptor.close()
    await intake.close()
  })
})

describe('a run that does not reach the worker it was accepted for', () => {
  const age = (runId: string) =>
    world.sql`UPDATE runs SET created_at = created_at - interval '2 s' WHERE id = ${runId}`

  it('is found by it, and by nobody else, once it is a second old', async () => {
    const worker = await world.worker()
    const run = newRun(world, { claimFor: worker.id })
    await worker.store.accept(run)
    expect(await worker.store.strayRuns()).toEqual([])
    await age(run.id)
    expect(await worker.store.strayRuns()).toEqual([run.id])
    expect(await other.store.strayRuns()).toEqual([])
  })

  it('is taken under a new epoch, so that a late hand-over is fenced (I3)', async () => {
    const worker = await world.worker()
    const run = newRun(world, { claimFor: worker.id })
    const result = await worker.store.accept(run)
    await age(run.id)
    const taken = await worker.store.takeFrom(run.id, worker.id)
    expect(taken).toMatchObject({ epoch: 2, crashCount: 0 })
    expect(await worker.store.strayRuns()).toEqual([])
    const late = result.kind === 'accepted' ? result.claimed : undefined
    expect(await worker.store.submit(unitOf(late!))).toEqual({ kind: 'fenced' })
    expect(await worker.store.submit(unitOf(taken!))).toEqual({ kind: 'durable' })
  })

  it('is the next owner’s when that worker dies with its lease, as a crash of that worker (D13)', async () => {
    const worker = await world.worker()
    const run = newRun(world, { claimFor: worker.id })
    await worker.store.accept(run)
    await expireLease(world.sql, worker.id)
    expect((await other.store.findStrandedRuns(100)).map(({ runId }) => runId)).toContain(run.id)
    expect(await other.store.claim(run.id)).toMatchObject({ epoch: 2, crashCount: 1 })
  })

  it('is the next owner’s at once when that worker has said goodbye, as no crash (D12)', async () => {
    const worker = await world.worker()
    const run = newRun(world, { claimFor: worker.id })
    await worker.store.accept(run)
    await worker.store.removeWorker()
    expect((await other.store.findStrandedRuns(100)).map(({ runId }) => runId)).toContain(run.id)
    expect(await other.store.claim(run.id)).toMatchObject({ epoch: 2, crashCount: 0 })
  })

  it('is not given to its acceptor when the answer to its commit was lost (D6)', async () => {
    const proxy = await createLossyProxy(world.url)
    const remote = await world.worker(proxy.url)
    const run = newRun(world, { claimFor: remote.id })
    const lost = proxy.loseAnswerTo(run.id)
    const accepted = remote.store.accept(run)
    await lost
    expect(await accepted).toEqual({ kind: 'accepted', runId: run.id, claimed: undefined })
    await age(run.id)
    expect(await remote.store.strayRuns()).toEqual([run.id])
    await proxy.close()
  })
})

describe('a run on its way', () => {
  it('arrives as it left', async () => {
    const claimed = await accept(forOwner())
    expect(decodeHandedRun(encodeHandedRun(claimed!, 10_000))).toEqual({ run: claimed })
  })

  it('goes without what it holds when that is too large', async () => {
    const claimed = await accept(forOwner({ input: { text: 'é'.repeat(4_000) } }))
    expect(decodeHandedRun(encodeHandedRun(claimed!, 7_000))).toEqual({ runId: claimed?.id })
  })

  it.each(['null', '{}', '{"runId":1}', 'x'])('is nothing else: %s', (text) => {
    expect(() => decodeHandedRun(text)).toThrow()
  })
})
