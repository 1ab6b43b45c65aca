import { afterEach, beforeEach, expect, it } from 'vitest'
import { dense, ended, openWorld, seqsOf, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
  world.scheduler()
})
afterEach(() => world.end())

const BRANCHES = 6
const ids = Array.from({ length: BRANCHES }, (_, index) => `branch${index}`)
const call = (id: string) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${id}` },
})

/**
 *           ┌▶ branch0 … branch5        the worker dies while all are outside
 *  start ───┤
 *           └▶ … each ─▶ after0 … after5
 */
it('a crash costs a run its parallel steps until it has made progress, and no longer (D13)', async () => {
  const after = ids.map((id) => `after-${id}`)
  const version = await world.publish({
    nodes: [...ids, ...after].map(call),
    edges: [
      ...ids.map((id) => ({ from: 'start', to: id })),
      ...ids.map((id) => ({ from: id, to: `after-${id}` })),
    ],
  })
  for (const id of ids) world.upstream.hold(`/${id}`)
  const first = await world.worker({ LEASE_MS: '1000' })
  const runId = await world.start(version)
  for (const id of ids) await world.upstream.nth(`/${id}`, 1)
  first.kill('SIGKILL')
  await first.exited
  await world.worker({ LEASE_MS: '600000' })

  // One alone until it has ended; then, though none of the others is answered, all of them.
  const again = await Promise.race(ids.map((id) => world.upstream.nth(`/${id}`, 2)))
  expect(ids.filter((id) => world.upstream.to(`/${id}`).length > 1)).toEqual([again.path.slice(1)])
  again.answer()
  for (const call of await Promise.all(ids.map((id) => world.upstream.nth(`/${id}`, 2))))
    if (call !== again) call.answer()

  expect(await ended(world, runId)).toBe('completed')
  const events = await world.events(runId)
  expect(seqsOf(events)).toEqual(dense(events))
}, 120_000)

const ITEMS = 12
const AT_ONCE = 4

/** start ─▶ each[ call ]: of two runs, whose worker dies while each has four items outside */
it('so do the items of a map, in each run that the crash has hit', async () => {
  const body = { nodes: [call('items')], edges: [] }
  const params = { items: `{{ [1..${ITEMS}] }}`, concurrency: AT_ONCE }
  const version = await world.publish({ nodes: [{ id: 'each', type: 'flow.map', params, body }] })
  world.upstream.hold('/items')
  const first = await world.worker({ LEASE_MS: '1000' })
  const runIds = [await world.start(version), await world.start(version)]
  await world.upstream.nth('/items', 2 * AT_ONCE)
  first.kill('SIGKILL')
  await first.exited
  await world.worker({ LEASE_MS: '600000' })

  // One of each run; once these are answered, as many as ever, though nothing else is.
  const alone = [2 * AT_ONCE + 1, 2 * AT_ONCE + 2]
  for (const each of await Promise.all(alone.map((nth) => world.upstream.nth('/items', nth)))) each.answer()
  await world.upstream.nth('/items', alone.at(-1)! + 2 * AT_ONCE)

  world.upstream.on('/items', (each) => each.answer())
  for (const each of world.upstream.to('/items').slice(alone.at(-1))) each.answer()
  for (const runId of runIds) expect(await ended(world, runId)).toBe('completed')
}, 120_000)
