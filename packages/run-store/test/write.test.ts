import type { RunEvent } from '@millrace/contracts'
import type { FlushResult } from '@millrace/run-store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLossyProxy } from './lossy-proxy.js'
import {
  acceptAndClaim,
  completed,
  createWorld,
  expireLease,
  holdRuns,
  logged,
  newRun,
  readRun,
  readSeqs,
  stepOf,
  turn,
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

const claimMany = async (count: number) =>
  Promise.all(Array.from({ length: count }, () => acceptAndClaim(world, worker)))

describe('a flush', () => {
  it('writes everything of its unit, or with an empty part nothing of that part', async () => {
    const run = await acceptAndClaim(world, worker)
    await worker.store.postToInbox(run.id, world.workspaceId, { kind: 'resume' })
    const inbox = await worker.store.readInbox([run.id])
    const output = { total: 3, text: 'a "b" \\ ü' }
    const succeeded: RunEvent = {
      type: 'step_succeeded',
      seq: 1,
      at: 1_001,
      path: 'fetch',
      attempt: 1,
      output,
      taken: [0],
    }
    const unit = unitOf(run, {
      count: 2,
      events: [succeeded, logged(2)],
      steps: [stepOf('fetch'), stepOf('fetch', { status: 'completed', finishedAt: 1_001 })],
      timers: [{ path: 'later', kind: 'delay', attempt: 1, dueAt: 4_102_444_800_123 }],
      payloads: [{ key: 'fetch/1/1', body: '{"big":true}' }],
      response: { status: 201, headers: { 'x-a': 'b' }, body: [1] },
      consumedInbox: inbox.get(run.id)!.map((item) => item.id),
      run: { ...completed, output },
      release: true,
    })
    expect(await worker.store.submit(unit)).toEqual({ kind: 'durable' })

    const { store } = other
    expect(await readRun(world.sql, run.id)).toMatchObject({
      status: 'completed',
      lastSeq: 2,
      workerId: null,
    })
    expect(await store.readEvents(world.workspaceId, run.id, 0, 10)).toEqual(unit.events)
    expect(await store.getRun(world.workspaceId, run.id)).toMatchObject({
      output,
      error: null,
      startedAt: '1970-01-01T00:00:01.000Z',
      finishedAt: '1970-01-01T00:00:02.000Z',
    })
    expect(await store.getSteps(world.workspaceId, run.id)).toMatchObject([
      { path: 'fetch', status: 'completed', finishedAt: '1970-01-01T00:00:01.001Z', output },
    ])
    expect(await store.getPayload(world.workspaceId, run.id, 'fetch/1/1')).toBe('{"big":true}')
    expect(await store.getResponse(world.workspaceId, run.id)).toEqual(unit.response)
    expect(await store.readInbox([run.id])).toEqual(new Map())
    const [timer] = await world.sql`
      SELECT path, kind, attempt, (extract(epoch FROM due_at) * 1000)::float8 AS due FROM timers WHERE run_id = ${run.id}`
    expect(timer).toEqual({ path: 'later', kind: 'delay', attempt: 1, due: 4_102_444_800_123 })
  })

  it('replaces a run’s timers when it has some to say, and leaves them alone otherwise', async () => {
    const run = await acceptAndClaim(world, worker)
    const timer = (path: string) => ({ path, kind: 'retry', attempt: 1, dueAt: 4_102_444_800_000 }) as const
    const paths = async () =>
      (await world.sql`SELECT path FROM timers WHERE run_id = ${run.id} ORDER BY path`).map((row) => row.path)
    await worker.store.submit(unitOf(run, { timers: [timer('a'), timer('b')] }))
    await worker.store.submit(unitOf(run, { expectedSeq: 2 }))
    expect(await paths()).toEqual(['a', 'b'])
    await worker.store.submit(unitOf(run, { expectedSeq: 4, timers: [timer('b'), timer('c')] }))
    expect(await paths()).toEqual(['b', 'c'])
    await worker.store.submit(unitOf(run, { expectedSeq: 6, timers: [] }))
    expect(await paths()).toEqual([])
  })

  it('lets the first response win and leaves the first payload of a key as it is', async () => {
    const run = await acceptAndClaim(world, worker)
    for (const status of [200, 500]) {
      const response = { status, headers: {}, body: null }
      const payloads = [{ key: 'k', body: String(status) }]
      await worker.store.submit(unitOf(run, { expectedSeq: status === 200 ? 0 : 2, response, payloads }))
    }
    expect(await worker.store.getResponse(world.workspaceId, run.id)).toMatchObject({
      status: 200,
      body: null,
    })
    expect(await worker.store.getPayload(world.workspaceId, run.id, 'k')).toBe('200')
  })

  it('forgets earlier crashes once a step has succeeded (D13)', async () => {
    const run = await acceptAndClaim(world, worker)
    await world.sql`UPDATE runs SET crash_count = 2 WHERE id = ${run.id}`
    await worker.store.submit(unitOf(run))
    expect((await readRun(world.sql, run.id)).crashCount).toBe(2)
    const event: RunEvent = { type: 'step_succeeded', seq: 3, at: 1, path: 'a', attempt: 1, taken: [] }
    await worker.store.submit(unitOf(run, { expectedSeq: 2, count: 1, events: [event] }))
    expect((await readRun(world.sql, run.id)).crashCount).toBe(0)
  })

  it('keeps the order of a run’s units, one in flight at a time, however fast they come (D1, I4)', async () => {
    const runs = await claimMany(20)
    const submitted = runs.map(async (run) => {
      const results: Promise<FlushResult>[] = []
      for (const round of upTo(10)) {
        if (round % 3 === 0) await turn()
        results.push(worker.store.submit(unitOf(run, { expectedSeq: (round - 1) * 2 })))
      }
      return Promise.all(results)
    })
    const results = (await Promise.all(submitted)).flat()
    expect(new Set(results.map((result) => result.kind))).toEqual(new Set(['durable']))
    for (const run of runs) expect(await readSeqs(world.sql, run.id)).toEqual(upTo(20))
  })

  it('commits the units of many runs in few transactions', async () => {
    const runs = await claimMany(200)
    await Promise.all(runs.map((run) => worker.store.submit(unitOf(run))))
    const [row] = await world.sql<[{ count: number }]>`
      SELECT count(DISTINCT xmin::text)::integer AS count FROM runs WHERE id = ANY (${runs.map((run) => run.id)}::uuid[])`
    expect(row.count).toBeLessThan(10)
  })
})

describe('fencing', () => {
  it('writes nothing of a stale owner beside the new one, not even in a mixed batch (I3, D1)', async () => {
    const dying = await world.worker()
    const [mine, stale] = await Promise.all([acceptAndClaim(world, dying), acceptAndClaim(world, dying)])
    await world.sql`UPDATE runs SET worker_id = ${dying.id} WHERE id = ${stale.id}`
    await expireLease(world.sql, dying.id)
    const taken = await other.store.claim(stale.id)
    await other.store.postToInbox(stale.id, world.workspaceId, { kind: 'resume' })
    const inbox = (await other.store.readInbox([stale.id])).get(stale.id)!.map((item) => item.id)
    const everything = unitOf(stale, {
      steps: [stepOf('a')],
      timers: [{ path: 'a', kind: 'delay', attempt: 1, dueAt: 1 }],
      payloads: [{ key: 'k', body: '1' }],
      response: { status: 200, headers: {}, body: 1 },
      consumedInbox: inbox,
      release: true,
    })
    const results = await Promise.all([dying.store.submit(unitOf(mine)), dying.store.submit(everything)])
    expect(results).toEqual([{ kind: 'durable' }, { kind: 'fenced' }])
    expect(await readRun(world.sql, stale.id)).toMatchObject({ epoch: 2, lastSeq: 0, workerId: other.id })
    expect(await readSeqs(world.sql, stale.id)).toEqual([])
    expect(await other.store.getSteps(world.workspaceId, stale.id)).toEqual([])
    expect(await other.store.getResponse(world.workspaceId, stale.id)).toBeUndefined()
    expect(await other.store.getPayload(world.workspaceId, stale.id, 'k')).toBeUndefined()
    expect((await other.store.readInbox([stale.id])).get(stale.id)).toHaveLength(1)
    expect(await other.store.submit(unitOf(taken!))).toEqual({ kind: 'durable' })
  })

  it('sees a claim that commits while the stale flush waits for it (D1)', async () => {
    const run = await acceptAndClaim(world, worker)
    const claim = await holdRuns(world.sql, [run.id])
    await claim.sql`UPDATE runs SET epoch = epoch + 1, worker_id = ${other.id} WHERE id = ${run.id}`
    const flushed = worker.store.submit(unitOf(run))
    await untilBlocked(world.sql, 'flush_units')
    await claim.release()
    expect(await flushed).toEqual({ kind: 'fenced' })
    expect(await readSeqs(world.sql, run.id)).toEqual([])
  })

  it('goes ahead of those that wait in line, where it may', async () => {
    const runs = await claimMany(4)
    const [first, second, third, alone] = runs.map((run) => unitOf(run))
    const flights = [await holdRuns(world.sql, [runs[0]!.id]), await holdRuns(world.sql, [runs[1]!.id])]
    // Two batches are in flight, and more wait for one of them.
    const held = [worker.store.submit(first!)]
    await untilBlocked(world.sql, 'flush_units')
    held.push(worker.store.submit(second!))
    const waiting = worker.store.submit(third!)
    expect(await worker.store.submit(alone!, 'ahead')).toEqual({ kind: 'durable' })
    expect(await readSeqs(world.sql, runs[2]!.id)).toEqual([])
    for (const flight of flights) await flight.release()
    expect(await Promise.all([...held, waiting])).toEqual(Array(3).fill({ kind: 'durable' }))
  })

  it('refuses a unit that would leave a gap, or write an event twice (I4)', async () => {
    const run = await acceptAndClaim(world, worker)
    await worker.store.submit(unitOf(run))
    expect(await worker.store.submit(unitOf(run, { expectedSeq: 3 }))).toEqual({ kind: 'fenced' })
    expect(await worker.store.submit(unitOf(run, { expectedSeq: 1, count: 3 }))).toEqual({ kind: 'fenced' })
    expect(await readSeqs(world.sql, run.id)).toEqual([1, 2])
  })

  it('fences a run that is gone', async () => {
    const ghost = { ...newRun(world), epoch: 1, lastSeq: 0 }
    expect(await worker.store.submit(unitOf(ghost))).toEqual({ kind: 'fenced' })
  })
})

describe('data that Postgres refuses (D7)', () => {
  it('fails its own unit and none of the 49 beside it', async () => {
    const runs = await claimMany(50)
    const results = await Promise.all(
      runs.map((run, index) =>
        worker.store.submit(
          unitOf(run, { count: 1, events: [logged(1, index === 31 ? 'nul \u0000' : index)] }),
        ),
      ),
    )
    const bad = results.flatMap((result, index) => (result.kind === 'durable' ? [] : [{ index, result }]))
    expect(bad).toMatchObject([{ index: 31, result: { kind: 'unstorable' } }])
    expect(await readRun(world.sql, runs[31]!.id)).toMatchObject({ lastSeq: 0 })
  })

  it('lets the run go on without it: the next unit takes its place', async () => {
    const run = await acceptAndClaim(world, worker)
    const bad = unitOf(run, { count: 1, events: [logged(1, '\ud800')] })
    expect((await worker.store.submit(bad)).kind).toBe('unstorable')
    const failed = { ...completed, status: 'failed', output: null } as const
    expect(await worker.store.submit(unitOf(run, { run: failed, release: true }))).toEqual({
      kind: 'durable',
    })
  })

  it('writes nothing that was meant to follow it', async () => {
    const run = await acceptAndClaim(world, worker)
    const results = await Promise.all([
      worker.store.submit(unitOf(run, { count: 1, events: [logged(1, '\u0000')] })),
      worker.store.submit(unitOf(run, { expectedSeq: 1 })),
    ])
    expect(results.map((result) => result.kind)).toEqual(['unstorable', 'fenced'])
    expect(await readSeqs(world.sql, run.id)).toEqual([])
  })

  it('takes a unit larger than a batch alone', async () => {
    const [small, large] = await claimMany(2)
    const body = 'x'.repeat(5 * 1024 * 1024)
    const results = await Promise.all([
      worker.store.submit(unitOf(small!)),
      worker.store.submit(unitOf(large!, { payloads: [{ key: 'big', body }] })),
    ])
    expect(results.map((result) => result.kind)).toEqual(['durable', 'durable'])
    expect(await worker.store.getPayload(world.workspaceId, large!.id, 'big')).toBe(body)
  })
})

describe('commit unknown (D6)', () => {
  it('finds its flush committed when only the answer was lost, and writes nothing twice', async () => {
    const proxy = await createLossyProxy(world.url)
    const remote = await world.worker(proxy.url)
    const run = await acceptAndClaim(world, remote)
    const lost = proxy.loseAnswerTo(run.id)
    const flushed = remote.store.submit(unitOf(run, { timers: [], steps: [stepOf('a')] }))
    await lost
    expect(await flushed).toEqual({ kind: 'durable' })
    expect(await readSeqs(world.sql, run.id)).toEqual([1, 2])
    await proxy.close()
  })

  it('sends the same bytes again when its backend died before the commit', async () => {
    const run = await acceptAndClaim(world, worker)
    const flight = await holdRuns(world.sql, [run.id])
    const flushed = worker.store.submit(unitOf(run))
    const pid = await untilBlocked(world.sql, 'flush_units')
    await world.sql`SELECT pg_terminate_backend(${pid})`
    await flight.release()
    expect(await flushed).toEqual({ kind: 'durable' })
    expect(await readSeqs(world.sql, run.id)).toEqual([1, 2])
  })

  it('is fenced when another took the run before it could find out', async () => {
    const proxy = await createLossyProxy(world.url)
    const remote = await world.worker(proxy.url)
    const run = await acceptAndClaim(world, remote)
    const flight = await holdRuns(world.sql, [run.id])
    const flushed = remote.store.submit(unitOf(run))
    const pid = await untilBlocked(world.sql, 'flush_units')
    await flight.sql`UPDATE runs SET epoch = epoch + 1 WHERE id = ${run.id}`
    await world.sql`SELECT pg_terminate_backend(${pid})`
    await flight.release()
    expect(await flushed).toEqual({ kind: 'fenced' })
    await proxy.close()
  })

  it('answers UNAVAILABLE, not a guess, when it is closed while the database is away', async () => {
    const proxy = await createLossyProxy(world.url)
    const remote = await world.worker(proxy.url)
    const run = await acceptAndClaim(world, remote)
    await proxy.close()
    const flushed = remote.store.submit(unitOf(run))
    const claim = remote.store.claim(newRun(world).id)
    const outcomes = Promise.allSettled([flushed, claim])
    await turn()
    await remote.store.close()
    expect(await outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'UNAVAILABLE' } },
      { status: 'rejected', reason: { code: 'UNAVAILABLE' } },
    ])
  })
})
