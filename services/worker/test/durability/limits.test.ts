import { uuidv7 } from '@millrace/db'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, type Version, type World } from './world.js'

let world: World
let version: Version
beforeEach(async () => {
  world = await openWorld()
  const slow = { id: 'slow', type: 'http.request', params: { url: `${world.upstream.url}/slow` } }
  version = await world.publish({ nodes: [slow], edges: [{ from: 'start', to: 'slow' }] })
  world.upstream.hold('/slow')
})
afterEach(() => world.end())

const startMany = (count: number) => Promise.all(Array.from({ length: count }, () => world.start(version)))

describe('a worker (D11, I10)', () => {
  it('gives a run’s place to the next one while its step is outside', async () => {
    await world.worker({ concurrency: 1 })
    const runIds = await startMany(3)
    for (const nth of [1, 2, 3]) await world.upstream.nth('/slow', nth)
    for (const nth of [1, 2, 3]) await world.upstream.answer('/slow', nth)
    for (const runId of runIds) expect(await ended(world, runId)).toBe('completed')
  })

  it('claims nothing while each of its places is taken', async () => {
    const full = await world.worker({ concurrency: 1 })
    const place = full.near.reserve({ id: uuidv7(), workspaceId: world.workspaceId })
    const [waiting = ''] = await startMany(1)
    await waitFor(async () => (await world.queue.depth()) === 0, { what: 'the doorbell to be heard' })
    // Another worker takes one that came later all the way: by then a claim would have been made.
    const other = await world.worker()
    world.upstream.always('/slow', {})
    const [later = ''] = await startMany(1)
    expect(await ended(world, later)).toBe('completed')
    expect(await world.run(waiting)).toMatchObject({ status: 'pending', epoch: 0 })
    await other.stop()
    place?.release()
    expect(await ended(world, waiting)).toBe('completed')
  })

  it('is done with a doorbell once the claim is durable, long before the run ends', async () => {
    await world.worker()
    const [runId = ''] = await startMany(1)
    await world.upstream.nth('/slow', 1)
    const jobIds = await world.queue.enqueue([{ runId }])
    // A second doorbell of a run that is held finds nothing to do, and is gone as well.
    await waitFor(async () => (await world.queue.holding(jobIds)).size === 0, { what: 'the doorbell to end' })
    expect(world.upstream.count('/slow')).toBe(1)
    await world.upstream.answer('/slow', 1)
    expect(await ended(world, runId)).toBe('completed')
  })

  it('stops fetching when it holds as many runs as it may, and leaves the rest to others', async () => {
    const full = await world.worker({ maxHeld: 2, concurrency: 1 })
    await startMany(2)
    await world.upstream.nth('/slow', 2)
    await startMany(3)
    const other = await world.worker({ maxHeld: 100 })
    await world.upstream.nth('/slow', 5)
    expect([full.held, other.held]).toEqual([2, 3])
    for (const nth of [1, 2, 3, 4, 5]) await world.upstream.answer('/slow', nth)
    await waitFor(() => full.held + other.held === 0, { what: 'every run to end' })
    // It fetches again.
    await other.stop()
    world.upstream.always('/slow', {})
    const [last = ''] = await startMany(1)
    expect(await ended(world, last)).toBe('completed')
  })
})
