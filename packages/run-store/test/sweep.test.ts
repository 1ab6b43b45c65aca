import { uuidv7 } from '@millrace/db'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  acceptAndClaim,
  completed,
  createWorld,
  expireLease,
  newRun,
  parked,
  readRun,
  unitOf,
  type Worker,
  type World,
} from './world.js'

let world: World
let worker: Worker
beforeEach(async () => {
  world = await createWorld()
  worker = await world.worker()
})
afterEach(() => world.close())

/** Lets time pass for the sweeper without waiting. */
const age = async (seconds: number) => {
  const by = `${seconds} s`
  await world.sql`UPDATE runs SET sweep_at = sweep_at - ${by}::interval`
  await world.sql`UPDATE run_inbox SET created_at = created_at - ${by}::interval`
}

const stranded = async () =>
  (await worker.store.findStrandedRuns(100)).map(({ runId, reason }) => ({ runId, reason }))

describe('findStrandedRuns', () => {
  it('leaves a fresh run 10 s to be claimed, then rings again with growing delays (D10)', async () => {
    const run = newRun(world, { priority: 'high' })
    await worker.store.accept(run)
    expect(await stranded()).toEqual([])
    await age(11)
    const [found] = await worker.store.findStrandedRuns(100)
    expect(found).toEqual({
      runId: run.id,
      workspaceId: world.workspaceId,
      priority: 'high',
      jobId: null,
      createdAt: expect.any(Number),
      reason: 'pending',
    })
    for (const delay of [20, 40, 80, 160, 320, 320]) {
      await worker.store.markEnqueued([{ runId: run.id, jobId: `job-${delay}` }])
      await age(delay - 2)
      expect(await stranded()).toEqual([])
      await age(4)
      expect(await worker.store.findStrandedRuns(100)).toMatchObject([{ jobId: `job-${delay}` }])
    }
    await worker.store.postponeSweep([run.id])
    expect(await stranded()).toEqual([])
  })

  it('finds the runs of a worker that died, and not those of one that lives (D9)', async () => {
    const dying = await world.worker()
    const run = await acceptAndClaim(world, dying)
    await acceptAndClaim(world, worker)
    expect(await stranded()).toEqual([])
    await expireLease(world.sql, dying.id)
    expect(await stranded()).toEqual([{ runId: run.id, reason: 'lease_expired' }])
    for (const delay of [1, 2, 4]) {
      await worker.store.markEnqueued([{ runId: run.id, jobId: `job-${delay}` }])
      expect(await stranded()).toEqual([])
      await age(delay)
      expect(await stranded()).toEqual([{ runId: run.id, reason: 'lease_expired' }])
    }
  })

  it('tells when the next lease runs out, if it is not renewed', async () => {
    const [short, long] = await Promise.all([world.worker(), world.worker()])
    await long.store.renewLease(600_000)
    await short.store.renewLease(5_000)
    await worker.store.renewLease(700_000)
    const soon = await worker.store.untilNextLapse()
    expect(soon).toBeGreaterThan(0)
    expect(soon).toBeLessThanOrEqual(5_000)
    await expireLease(world.sql, short.id)
    expect(await worker.store.untilNextLapse()).toBeGreaterThan(5_000)
  })

  it('takes no lease for expired right after the database has started (D10)', async () => {
    const dying = await world.worker()
    await acceptAndClaim(world, dying)
    await expireLease(world.sql, dying.id)
    await world.sql`UPDATE workers SET lease_ms = ${2 ** 31 - 1}`
    expect(await stranded()).toEqual([])
  })

  it('finds a run whose worker left it behind', async () => {
    const leaving = await world.worker()
    const run = await acceptAndClaim(world, leaving)
    await leaving.store.removeWorker()
    expect(await stranded()).toEqual([{ runId: run.id, reason: 'lease_expired' }])
  })

  it('finds a parked run with a message older than 5 s (D4)', async () => {
    const run = await acceptAndClaim(world, worker)
    await worker.store.submit(parked(run))
    await age(60)
    expect(await stranded()).toEqual([])
    await worker.store.postToInbox(run.id, world.workspaceId, { kind: 'resume' })
    expect(await stranded()).toEqual([])
    await age(6)
    expect(await stranded()).toEqual([{ runId: run.id, reason: 'inbox' }])
  })

  it('gives a run handed back its 10 s again (D12)', async () => {
    const run = await acceptAndClaim(world, worker)
    await age(60)
    const handedBack = { ...unitOf(run).run, status: 'pending' } as const
    await worker.store.submit(unitOf(run, { run: handedBack, release: true }))
    expect(await stranded()).toEqual([])
    await age(11)
    expect(await stranded()).toEqual([{ runId: run.id, reason: 'pending' }])
  })
})

describe('allUnleasedRuns', () => {
  it('pages through every run that needs a doorbell, each once', async () => {
    const dying = await world.worker()
    const pending = await Promise.all(
      Array.from({ length: 7 }, async () => {
        const run = newRun(world)
        await worker.store.accept(run)
        return run.id
      }),
    )
    const crashed = (await acceptAndClaim(world, dying)).id
    await expireLease(world.sql, dying.id)
    const [spokenTo, silent, done] = await Promise.all([1, 2, 3].map(() => acceptAndClaim(world, worker)))
    for (const run of [spokenTo!, silent!]) await worker.store.submit(parked(run))
    await worker.store.postToInbox(spokenTo!.id, world.workspaceId, { kind: 'resume' })
    await worker.store.submit(unitOf(done!, { run: completed, release: true }))

    const seen: string[] = []
    for (let after: string | null = null; ; after = seen.at(-1)!) {
      const page = await worker.store.allUnleasedRuns(after, 4)
      seen.push(...page.map((run) => run.runId))
      if (page.length < 4) break
    }
    expect(seen).toEqual([...pending, crashed, spokenTo!.id].sort())
  })
})

describe('dueTimers', () => {
  it('turns each due timer into one message, whoever asks (D5)', async () => {
    const run = await acceptAndClaim(world, worker)
    const now = await worker.store.databaseNow()
    const timers = [
      { path: 'a', kind: 'delay', attempt: 1, dueAt: now - 2_000 },
      { path: 'b', kind: 'retry', attempt: 3, dueAt: now - 1_000 },
      { path: 'c', kind: 'delay', attempt: 1, dueAt: now + 3_600_000 },
    ] as const
    await worker.store.submit(parked(run, { timers }))
    const other = await world.worker()
    const woken = await Promise.all([worker, other, worker, other].map(({ store }) => store.dueTimers(10)))
    expect(new Set(woken.flat())).toEqual(new Set([run.id]))
    const inbox = await worker.store.readInbox([run.id])
    expect(inbox.get(run.id)?.map(({ id, ...message }) => message)).toEqual([
      { kind: 'timer', path: 'a', timer: 'delay', attempt: 1 },
      { kind: 'timer', path: 'b', timer: 'retry', attempt: 3 },
    ])
    expect(await worker.store.claim(run.id)).toMatchObject({ epoch: 2, status: 'waiting' })
  })

  it('drops the timers of finished runs', async () => {
    const run = await acceptAndClaim(world, worker)
    const timers = [{ path: 'a', kind: 'delay', attempt: 1, dueAt: 0 }] as const
    await worker.store.submit(unitOf(run, { timers, run: completed, release: true }))
    expect(await worker.store.dueTimers(10)).toEqual([])
    expect(await world.sql`SELECT 1 FROM timers`).toHaveLength(0)
    expect(await worker.store.readInbox([run.id])).toEqual(new Map())
  })
})

describe('clearing up', () => {
  it('deletes messages that met the end of their run', async () => {
    const [done, open] = await Promise.all([1, 2].map(() => acceptAndClaim(world, worker)))
    for (const run of [done!, open!])
      await worker.store.postToInbox(run.id, world.workspaceId, { kind: 'cancel' })
    await worker.store.submit(unitOf(done!, { run: completed, release: true }))
    expect(await worker.store.deleteUnreadMessages()).toBe(0)
    await age(6)
    expect(await worker.store.deleteUnreadMessages()).toBe(1)
    expect([...(await worker.store.readInbox([done!.id, open!.id])).keys()]).toEqual([open!.id])
  })

  it('forgets dead workers only once their runs have been taken over (D13)', async () => {
    const dying = await world.worker()
    const run = await acceptAndClaim(world, dying)
    await world.sql`
      UPDATE workers SET lease_until = clock_timestamp() - interval '2 min', lease_ms = 1 WHERE id = ${dying.id}`
    expect(await worker.store.deleteDeadWorkers()).toBe(0)
    await worker.store.claim(run.id)
    expect(await worker.store.deleteDeadWorkers()).toBe(1)
    expect(await readRun(world.sql, run.id)).toMatchObject({ crashCount: 1, workerId: worker.id })
    expect(await dying.store.renewLease(60_000)).toBeUndefined()
    expect((await dying.store.registerWorker('again', 60_000)).now).toBeGreaterThan(0)
  })

  it('marks nothing for runs that are gone or just being claimed', async () => {
    await worker.store.markEnqueued([{ runId: uuidv7(), jobId: 'j' }])
    await worker.store.markEnqueued([])
    await worker.store.postponeSweep([])
  })
})
