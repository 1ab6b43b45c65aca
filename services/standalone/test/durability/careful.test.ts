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
