import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assembleRuns, type ClaimRow } from '../src/claim/assemble.js'
import { createLossyProxy } from './lossy-proxy.js'
import {
  acceptAndClaim,
  completed,
  createWorld,
  expireLease,
  holdRuns,
  newRun,
  parked,
  readRun,
  unitOf,
  untilBlocked,
  upTo,
  type Worker,
  type World,
} from './world.js'

let world: World
let worker: Worker
let other: Worker
beforeAll(async () => {
  world = await createWorld()
  worker = await world.worker()
  other = await world.worker()
})
afterAll(() => world.close())

describe('claim', () => {
  it('takes a pending run once, under epoch 1, by the database’s clock (D8)', async () => {
    const run = newRun(world)
    await worker.store.accept(run)
    const before = await worker.store.databaseNow()
    const claimed = await worker.store.claim(run.id)
    expect(claimed).toMatchObject({ epoch: 1, status: 'running', events: [], inbox: [], startedAt: null })
    expect(claimed!.now).toBeGreaterThanOrEqual(before)
    expect(claimed!.createdAt).toBeLessThanOrEqual(before)
    expect(claimed!.leftBy).toBeUndefined()
    expect(await worker.store.claim(run.id)).toBeNull()
    expect(await other.store.claim(run.id)).toBeNull()
    expect(await readRun(world.sql, run.id)).toMatchObject({ epoch: 1, workerId: worker.id })
  })

  it('lets one of two processes win each run, and finds nothing for unknown ids (I3)', async () => {
    const runs = Array.from({ length: 50 }, () => newRun(world))
    await Promise.all(runs.map((run) => worker.store.accept(run)))
    const ids = runs.map((run) => run.id)
    const [mine, theirs] = await Promise.all(
      [ids, ids.toReversed()].map((list, index) =>
        Promise.all(list.map((id) => (index === 0 ? worker : other).store.claim(id))),
      ),
    )
    const won = [...mine!, ...theirs!].filter((claimed) => claimed !== null)
    expect(won.map((claimed) => claimed.id).sort()).toEqual([...ids].sort())
    expect(new Set(won.map((claimed) => claimed.epoch))).toEqual(new Set([1]))
    expect(await worker.store.claim(newRun(world).id)).toBeNull()
  })

  it('goes by ids alone, however many runs wait', async () => {
    const { id } = await acceptAndClaim(world, worker)
    await world.sql.begin(async (sql) => {
      await sql`
        INSERT INTO runs (id, workspace_id, workflow_id, version_id, trigger, input)
        SELECT gen_random_uuid(), workspace_id, workflow_id, version_id, trigger, input
        FROM runs, generate_series(1, 1000) WHERE id = ${id}`
      const entriesRead = async (): Promise<number> => {
        const [row] = await sql<{ read: number }[]>`
          SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid))::int AS read FROM pg_index
          WHERE indrelid = 'runs'::regclass`
        return row!.read
      }
      const waiting = await sql<{ id: string }[]>`SELECT id FROM runs WHERE status = 'pending' LIMIT 10`
      const ids = waiting.map((run) => run.id)
      const before = await entriesRead()
      await sql`SELECT claim_runs(${ids}::uuid[], ${worker.id}, gen_random_uuid())`
      // To lock them, to take them, and to read them, beside what they were before.
      expect((await entriesRead()) - before).toBeLessThanOrEqual(4 * ids.length)
      await sql`DELETE FROM runs WHERE status = 'pending'`
      await sql`DELETE FROM runs WHERE id = ANY (${ids}::uuid[])`
    })
  })

  it('leaves a finished run alone', async () => {
    const run = await acceptAndClaim(world, worker)
    await worker.store.submit(unitOf(run, { run: completed, release: true }))
    expect(await other.store.claim(run.id)).toBeNull()
  })

  it('wakes a parked run only for a message, and brings events and message along (D3)', async () => {
    const run = await acceptAndClaim(world, worker)
    await worker.store.submit(parked(run))
    expect(await other.store.claim(run.id)).toBeNull()
    await worker.store.postToInbox(run.id, world.workspaceId, { kind: 'pause', by: 'ada' })
    await worker.store.postToInbox(run.id, world.workspaceId, { kind: 'resume' })
    const again = await other.store.claim(run.id)
    expect(again).toMatchObject({ epoch: 2, status: 'waiting', lastSeq: 2, startedAt: 1_000 })
    expect(again!.events.map((event) => event.seq)).toEqual([1, 2])
    expect(again!.inbox.map(({ kind }) => kind)).toEqual(['pause', 'resume'])
  })

  it('takes over only after the lease has run out, and counts a crash (D9, D13)', async () => {
    const dying = await world.worker()
    const run = await acceptAndClaim(world, dying)
    expect(await other.store.claim(run.id)).toBeNull()
    await expireLease(world.sql, dying.id)
    const leftBy = { workerId: dying.id, how: 'lost' }
    expect(await other.store.claim(run.id)).toMatchObject({ epoch: 2, crashCount: 1, leftBy })
    expect(await worker.store.claim(run.id)).toBeNull()
  })

  it('takes over at once from a worker that said goodbye, and counts no crash (D12, D13)', async () => {
    const leaving = await world.worker()
    const run = await acceptAndClaim(world, leaving)
    await leaving.store.removeWorker()
    const leftBy = { workerId: leaving.id, how: 'stopped' }
    expect(await other.store.claim(run.id)).toMatchObject({ epoch: 2, crashCount: 0, leftBy })
  })

  it('gives owners a third of their lease to renew after the database has started (D10)', async () => {
    const late = await world.worker()
    const run = await acceptAndClaim(world, late)
    await expireLease(world.sql, late.id)
    await world.sql`UPDATE workers SET lease_ms = ${2 ** 31 - 1} WHERE id = ${late.id}`
    expect(await other.store.claim(run.id)).toBeNull()
    expect((await late.store.renewLease(60_000))?.now).toBeGreaterThan(0)
    expect(await late.store.submit(unitOf(run))).toEqual({ kind: 'durable' })
  })

  it('waits for the former owner’s last flush and reads what it wrote (D2)', async () => {
    const dying = await world.worker()
    const run = await acceptAndClaim(world, dying)
    const flight = await holdRuns(world.sql, [run.id])
    const flushed = dying.store.submit(unitOf(run, { count: 3 }))
    await untilBlocked(world.sql, 'flush_units')
    await expireLease(world.sql, dying.id)
    const claim = other.store.claim(run.id)
    await untilBlocked(world.sql, 'claim_runs')
    await flight.release()
    expect(await flushed).toEqual({ kind: 'durable' })
    const claimed = await claim
    expect(claimed).toMatchObject({ epoch: 2, lastSeq: 3 })
    expect(claimed!.events.map((event) => event.seq)).toEqual(upTo(3))
  })

  it('does not steal from an owner that came in while it waited (I3)', async () => {
    const dying = await world.worker()
    const run = await acceptAndClaim(world, dying)
    await expireLease(world.sql, dying.id)
    const flight = await holdRuns(world.sql, [run.id])
    const claims = [worker.store.claim(run.id), other.store.claim(run.id)]
    await untilBlocked(world.sql, 'claim_runs')
    await flight.release()
    const won = (await Promise.all(claims)).filter((claimed) => claimed !== null)
    expect(won).toHaveLength(1)
    expect(await readRun(world.sql, run.id)).toMatchObject({ epoch: 2, crashCount: 1 })
  })

  it('finds its claim again when the answer was lost, without another epoch (D6)', async () => {
    const proxy = await createLossyProxy(world.url)
    const remote = await world.worker(proxy.url)
    const run = newRun(world)
    await worker.store.accept(run)
    const lost = proxy.loseAnswerTo(run.id)
    const claim = remote.store.claim(run.id)
    await lost
    expect(await claim).toMatchObject({ id: run.id, epoch: 1 })
    await proxy.close()
  })

  it('tries again when its backend dies', async () => {
    const run = newRun(world)
    await worker.store.accept(run)
    const flight = await holdRuns(world.sql, [run.id])
    const claim = worker.store.claim(run.id)
    const pid = await untilBlocked(world.sql, 'claim_runs')
    await world.sql`SELECT pg_terminate_backend(${pid})`
    await flight.release()
    expect(await claim).toMatchObject({ epoch: 1 })
  })
})

describe('claimForCancel', () => {
  it('takes the epoch even from a live owner, whose writes are then fenced (D15, I3)', async () => {
    const run = await acceptAndClaim(world, worker)
    await worker.store.submit(unitOf(run))
    await other.store.postToInbox(run.id, world.workspaceId, { kind: 'cancel', reason: 'enough' })
    const taken = await other.store.claimForCancel(run.id, world.workspaceId)
    expect(taken).toMatchObject({ epoch: 2, lastSeq: 2, inbox: [{ kind: 'cancel', reason: 'enough' }] })
    expect(taken!.events).toHaveLength(2)
    const late = unitOf({ ...run, lastSeq: 2 })
    expect(await worker.store.submit(late)).toEqual({ kind: 'fenced' })
    const cancelled = { ...completed, status: 'cancelled', output: null } as const
    const last = unitOf(taken!, { run: cancelled, release: true, consumedInbox: [taken!.inbox[0]!.id] })
    expect(await other.store.submit(last)).toEqual({ kind: 'durable' })
    expect(await other.store.claimForCancel(run.id, world.workspaceId)).toBeNull()
  })

  it('leaves nothing for a claim whose events are read after the run was taken: that claim is fenced (I3)', async () => {
    const run = await acceptAndClaim(world, worker)
    await worker.store.submit(unitOf(run))
    const [row] = await world.sql<ClaimRow[]>`
      SELECT id, workspace_id, workflow_id, version_id, status, trigger, input, epoch, 1 AS last_seq, crash_count,
        origin_run_id, parent_run_id, NULL AS seed, 0 AS created_at, 0 AS started_at, false AS has_inbox, 0 AS now
      FROM runs WHERE id = ${run.id}`
    expect((await assembleRuns(world.sql, [row!])).size).toBe(0)
    expect((await assembleRuns(world.sql, [{ ...row!, last_seq: 2 }])).get(run.id)).toMatchObject({
      lastSeq: 2,
    })
  })

  it('leaves the run to the next claim when its taker dies', async () => {
    const run = await acceptAndClaim(world, worker)
    await worker.store.submit(parked(run))
    await worker.store.postToInbox(run.id, world.workspaceId, { kind: 'cancel' })
    await worker.store.claimForCancel(run.id, world.workspaceId)
    expect(await other.store.claim(run.id)).toMatchObject({ epoch: 3, inbox: [{ kind: 'cancel' }] })
  })

  it('sees no run of another workspace (I9)', async () => {
    const run = await acceptAndClaim(world, worker)
    expect(await other.store.claimForCancel(run.id, world.versionId)).toBeNull()
    expect(await worker.store.submit(unitOf(run))).toEqual({ kind: 'durable' })
  })
})
