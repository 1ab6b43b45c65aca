import { afterEach, beforeEach, expect, it } from 'vitest'
import { dense, ended, openWorld, seqsOf, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
  world.scheduler()
})
afterEach(() => world.end())

const HELD_PASS = 2_100
const PASSES = 2_200

/**
 *  start ─▶ loop[ count ─(in pass 2100)▶ call ] ─▶ after        the worker dies while pass 2100 is outside
 */
it('a repeat goes on beyond 2,000 passes, from its snapshot where its worker has died (D20)', async () => {
  const body = {
    nodes: [
      { id: 'count', type: 'transform.json', params: { expression: 'index' } },
      { id: 'call', type: 'http.request', params: { method: 'POST', url: `${world.upstream.url}/held` } },
    ],
    edges: [{ from: 'count', to: 'call', when: `index = ${HELD_PASS}` }],
  }
  const params = { until: `index + 1 >= ${PASSES}`, maxIterations: 10_000 }
  const version = await world.publish({
    nodes: [
      { id: 'loop', type: 'flow.repeat', params, body },
      { id: 'after', type: 'transform.json', params: { expression: '"done"' } },
    ],
  })
  world.upstream.hold('/held')
  const first = await world.worker({ LEASE_MS: '1000' })
  const runId = await world.start(version)
  await world.upstream.nth('/held', 1, 90_000)
  const [row] = await world.sql<
    { seq: number | null }[]
  >`SELECT snapshot_seq AS seq FROM runs WHERE id = ${runId}`
  expect(row?.seq).toBeGreaterThan(2_000)
  first.kill('SIGKILL')
  await first.exited

  await world.worker({ LEASE_MS: '600000' })
  const again = await world.upstream.nth('/held', 2, 60_000)
  again.answer()
  expect(await ended(world, runId)).toBe('completed')
  expect((await world.run(runId)).output).toBe('done')
  const counted = new Set<string>()
  const events = await world.store.readEvents(world.workspaceId, runId, 0, 100_000)
  expect(seqsOf(events)).toEqual(dense(events))
  for (const event of events)
    if (event.type === 'step_succeeded' && event.path.endsWith('].count')) {
      expect(counted.has(event.path)).toBe(false)
      counted.add(event.path)
    }
  expect(counted.size).toBe(PASSES)
}, 240_000)
