import { uuidv7 } from '@millrace/db'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Fairness } from '../../src/places/fairness.js'
import { ended, openWorld, type Version, type World } from './world.js'

let world: World
let away: string
beforeEach(async () => {
  world = await openWorld()
  away = uuidv7()
  await world.sql`INSERT INTO workspaces (id, slug, name) VALUES (${away}, 'away', 'Away')`
  world.upstream.hold('/slow')
})
afterEach(() => world.end())

/** start ──▶ slow          its run is held until the upstream answers */
const publish = () => {
  const slow = { id: 'slow', type: 'http.request', params: { url: `${world.upstream.url}/slow` } }
  return world.publish({ nodes: [slow], edges: [{ from: 'start', to: 'slow' }] })
}
/** Accepts a run of the other workspace; nobody rings for it yet. */
const acceptAway = async (version: Version): Promise<string> => {
  const id = uuidv7()
  const run = {
    id,
    workspaceId: away,
    ...version,
    trigger: 'start',
    input: null,
    priority: 'normal',
  } as const
  await world.store.accept({ ...run, idempotencyKey: null, requestHash: null })
  return id
}
const startMany = (version: Version, count: number) =>
  Promise.all(Array.from({ length: count }, () => world.start(version)))
const backlog = async () => (await world.sql`SELECT 1 FROM runs WHERE backlog`).length
const heldBy = async (workspaceId: string) =>
  (await world.sql`SELECT 1 FROM runs WHERE workspace_id = ${workspaceId} AND worker_id IS NOT NULL`).length
const until = (what: string, holds: () => Promise<boolean>) => waitFor(holds, { what, timeoutMs: 20_000 })

describe('the places of a worker (D19)', () => {
  it('are never held by one workspace to more than 90 % while another waits', async () => {
    const version = await publish()
    const waiting = await acceptAway(version)
    const worker = await world.worker({ maxHeld: 10 })
    const runIds = await startMany(version, 12)
    await until('nine to be held and three given back', async () => (await backlog()) === 3)
    expect(worker.held).toBe(9)
    expect(await heldBy(world.workspaceId)).toBe(9)
    // There is a place for the other one.
    await world.queue.enqueue([{ runId: waiting }])
    await world.upstream.nth('/slow', 10)
    expect(await heldBy(away)).toBe(1)
    // Nothing is lost: what was given back is admitted as places become free.
    world.upstream.always('/slow', {})
    for (let nth = 1; nth <= 10; nth++) await world.upstream.answer('/slow', nth)
    await until('the backlog to be admitted', async () => {
      const admitted = await world.store.admitBacklog([0, 0, 0, 0, 0])
      if (admitted.length > 0) await world.queue.enqueue(admitted.map(({ runId }) => ({ runId })))
      return (await backlog()) === 0 && (await heldBy(world.workspaceId)) === 0
    })
    for (const runId of [waiting, ...runIds]) expect(await ended(world, runId)).toBe('completed')
  }, 60_000)

  it('may all be held by a workspace that is alone', async () => {
    const version = await publish()
    const worker = await world.worker({ maxHeld: 10 })
    await startMany(version, 10)
    await world.upstream.nth('/slow', 10)
    expect(worker.held).toBe(10)
    expect(await backlog()).toBe(0)
  })
})

describe('a share', () => {
  const fairness = (advancing: number, held: number, othersWait = async () => true) =>
    new Fairness({ places: { advancing, held }, othersWait, now: () => 0 })
  const enter = (shares: Fairness, count: number, workspaceId = 'a') => {
    for (let each = 0; each < count; each++) shares.entered(workspaceId)
  }

  it('counts runs that advance and runs that are held', async () => {
    const advancing = fairness(10, 100)
    enter(advancing, 9)
    expect(await advancing.isTooMany('a')).toBe(false)
    enter(advancing, 1)
    expect(await advancing.isTooMany('a')).toBe(true)
    expect(await advancing.isTooMany('b')).toBe(false)
    advancing.yielded('a')
    expect(await advancing.isTooMany('a')).toBe(false)
    const held = fairness(100, 10)
    enter(held, 10)
    for (let each = 0; each < 10; each++) held.yielded('a')
    expect(await held.isTooMany('a')).toBe(true)
    held.left('a')
    expect(await held.isTooMany('a')).toBe(false)
  })

  it('is one place at least, so that two that wait for it do not turn each other away', async () => {
    const single = fairness(1, 1)
    enter(single, 1)
    expect(await single.isTooMany('a')).toBe(false)
    enter(single, 1)
    expect(await single.isTooMany('a')).toBe(true)
  })

  it('asks who waits only when it matters, and turns nobody away when it gets no answer', async () => {
    let asked = 0
    const shares = fairness(10, 100, async () => {
      asked++
      throw new Error('the database is away')
    })
    enter(shares, 9)
    await shares.isTooMany('a')
    expect(asked).toBe(0)
    enter(shares, 1)
    expect(await Promise.all([shares.isTooMany('a'), shares.isTooMany('a')])).toEqual([false, false])
    expect(asked).toBe(1)
  })
})
