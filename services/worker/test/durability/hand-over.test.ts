import { uuidv7 } from '@millrace/db'
import { decodePlaces, PLACES_TOPIC, type PlacesPayload, workerTopic } from '@millrace/feed'
import { type ClaimedRun, encodeHandedRun, type NewRun } from '@millrace/run-store'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, type TestWorker, type Version, type World } from './world.js'

let world: World
let version: Version
beforeEach(async () => {
  world = await openWorld()
  const call = {
    id: 'call',
    type: 'http.request',
    params: { url: `${world.upstream.url}/call`, method: 'POST' },
  }
  version = await world.publish({ nodes: [call], edges: [{ from: 'start', to: 'call' }] })
})
afterEach(() => world.end())

/** Accepts a run for the worker, as its acceptor does, and keeps it. */
const acceptFor = async (worker: TestWorker, changes: Partial<NewRun> = {}): Promise<ClaimedRun> => {
  const run = { id: uuidv7(), workspaceId: world.workspaceId, ...version, trigger: 'start', input: null }
  const facts = { priority: 'normal', idempotencyKey: null, requestHash: null } as const
  const result = await world.store.accept({ ...run, ...facts, claimFor: worker.id, ...changes })
  if (result.kind !== 'accepted' || result.claimed === undefined)
    throw new Error('the run is not its worker’s')
  return result.claimed
}
const send = (worker: TestWorker, run: ClaimedRun, maxBytes = 7_000) =>
  world.feed.publish([{ topic: workerTopic(worker.id), payload: encodeHandedRun(run, maxBytes) }])
/** What a worker says of its free places, from now on; other tests have workers on the same Redis. */
const listen = async () => {
  const heard: PlacesPayload[] = []
  await world.feed.subscribe(PLACES_TOPIC, (payload) => void heard.push(decodePlaces(payload)))
  return ({ id }: TestWorker) => heard.filter(({ workerId }) => workerId === id)
}

describe('a run that is handed to a worker', () => {
  it.each([7_000, 10])(
    'begins without a doorbell, under its first epoch when it came whole (%i bytes)',
    async (bytes) => {
      const worker = await world.worker()
      world.upstream.always('/call', {})
      const run = await acceptFor(worker)
      await send(worker, run, bytes)
      expect(await ended(world, run.id)).toBe('completed')
      expect((await world.run(run.id)).epoch).toBe(bytes === 10 ? 2 : 1)
      expect(await world.queue.depth()).toBe(0)
    },
  )

  it('begins in the worker of the same process, in the place that was kept for it', async () => {
    const worker = await world.worker({ concurrency: 1 })
    world.upstream.always('/call', {})
    const id = uuidv7()
    const reserve = (runId: string) => worker.near.reserve({ id: runId, workspaceId: world.workspaceId })
    const place = reserve(id)
    expect(place?.workerId).toBe(worker.id)
    expect(reserve(uuidv7())).toBeUndefined()
    place?.release()
    const again = reserve(id)
    const run = await acceptFor(worker, { id })
    again?.take(run)
    expect(await ended(world, run.id)).toBe('completed')
  })

  it('is found when it did not arrive; what arrives late does nothing twice (I3)', async () => {
    const worker = await world.worker()
    world.upstream.always('/call', {})
    const run = await acceptFor(worker)
    expect(await ended(world, run.id)).toBe('completed')
    expect((await world.run(run.id)).epoch).toBe(2)
    const before = await world.events(run.id)
    await send(worker, run)
    // Its flush is fenced before anything goes outside.
    await waitFor(() => worker.held === 0, { what: 'the late one to be dropped' })
    const next = await acceptFor(worker)
    await send(worker, next)
    expect(await ended(world, next.id)).toBe('completed')
    expect(world.upstream.count('/call')).toBe(2)
    expect(await world.events(run.id)).toEqual(before)
  })

  it('is another worker’s when there is no place for it (D11)', async () => {
    world.upstream.hold('/call')
    const full = await world.worker({ maxHeld: 1 })
    await send(full, await acceptFor(full))
    await world.upstream.nth('/call', 1)
    expect(full.near.reserve({ id: uuidv7(), workspaceId: world.workspaceId })).toBeUndefined()
    const run = await acceptFor(full)
    const other = await world.worker()
    await send(full, run)
    await world.upstream.nth('/call', 2)
    expect((await world.run(run.id)).workerId).toBe(other.id)
    world.upstream.always('/call', {})
    for (const nth of [1, 2]) await world.upstream.answer('/call', nth)
    expect(await ended(world, run.id)).toBe('completed')
  })

  it('is given back while each place is taken, or kept for another (D11)', async () => {
    const full = await world.worker({ concurrency: 1 })
    world.upstream.always('/call', {})
    const place = full.near.reserve({ id: uuidv7(), workspaceId: world.workspaceId })
    const run = await acceptFor(full)
    await send(full, run)
    await waitFor(async () => (await world.run(run.id)).workerId === null, { what: 'it to be given back' })
    expect(world.upstream.count('/call')).toBe(0)
    place?.release()
    expect(await ended(world, run.id)).toBe('completed')
  })

  it('begins once, however often the message comes (D11)', async () => {
    world.upstream.hold('/call')
    const worker = await world.worker()
    const run = await acceptFor(worker)
    await send(worker, run)
    await world.upstream.nth('/call', 1)
    await send(worker, run)
    // The way of the messages is one: what came before the next run's has been heard.
    const next = await acceptFor(worker)
    await send(worker, next)
    await world.upstream.nth('/call', 2)
    for (const nth of [1, 2]) await world.upstream.answer('/call', nth)
    for (const { id } of [run, next]) {
      expect(await ended(world, id)).toBe('completed')
      expect((await world.run(id)).epoch).toBe(1)
    }
    expect(world.upstream.count('/call')).toBe(2)
  })

  it('is another worker’s when its own drains, which offers no places any more (D12)', async () => {
    world.upstream.hold('/call')
    const leaving = await world.worker({ graceMs: 60_000 })
    const told = await listen()
    await send(leaving, await acceptFor(leaving))
    await world.upstream.nth('/call', 1)
    const run = await acceptFor(leaving)
    const stopped = leaving.stop()
    await waitFor(() => told(leaving).some(({ free }) => free === 0), {
      what: 'the worker to say so',
    })
    expect(leaving.near.reserve({ id: uuidv7(), workspaceId: world.workspaceId })).toBeUndefined()
    await send(leaving, run)
    world.upstream.always('/call', {})
    await world.upstream.answer('/call', 1)
    await stopped
    await world.worker()
    expect(await ended(world, run.id)).toBe('completed')
    expect((await world.run(run.id)).epoch).toBe(2)
  })

  it('counts as one of its workspace: it is given back while another waits (D19)', async () => {
    world.upstream.hold('/call')
    const worker = await world.worker({ maxHeld: 2 })
    const away = uuidv7()
    await world.sql`INSERT INTO workspaces (id, slug, name) VALUES (${away}, 'away', 'Away')`
    await send(worker, await acceptFor(worker))
    await world.upstream.nth('/call', 1)
    const waiting = { id: uuidv7(), workspaceId: away, ...version, trigger: 'start', input: null } as const
    await world.store.accept({ ...waiting, priority: 'normal', idempotencyKey: null, requestHash: null })
    const run = await acceptFor(worker)
    await send(worker, run)
    await waitFor(
      async () => (await world.sql`SELECT FROM runs WHERE id = ${run.id} AND backlog`).length === 1,
      {
        what: 'the run to be given back',
      },
    )
  })
})

describe('what a worker says of its places', () => {
  it('is how many are free, at once and again when half of them are taken', async () => {
    world.upstream.hold('/call')
    const told = await listen()
    const worker = await world.worker({ concurrency: 4 })
    await waitFor(() => told(worker).length > 0, { what: 'its first word' })
    expect(told(worker)[0]).toMatchObject({ workerId: worker.id, free: 4 })
    const before = told(worker).length
    for (let n = 0; n < 2; n++) await send(worker, await acceptFor(worker))
    await waitFor(() => told(worker).length > before, { what: 'its next word' })
    for (const nth of [1, 2]) await world.upstream.nth('/call', nth)
    for (const nth of [1, 2]) await world.upstream.answer('/call', nth)
  })

  it('is no more than a few at a time, for it may die without a word', async () => {
    const told = await listen()
    const worker = await world.worker({ concurrency: 100 })
    await waitFor(() => told(worker).length > 0, { what: 'its first word' })
    expect(told(worker)[0]?.free).toBe(16)
  })
})
