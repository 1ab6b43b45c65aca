import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ended, openWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.end())

const until = (what: string, holds: () => Promise<boolean>) => waitFor(holds, { what, timeoutMs: 30_000 })
const parked = (runId: string) =>
  until(`run ${runId} to be parked`, async () => {
    const { status, workerId } = await world.run(runId)
    return status === 'waiting' && workerId === null
  })
const openWaits = async (runId: string): Promise<number> =>
  (await world.sql`SELECT 1 FROM waits WHERE run_id = ${runId} AND resolved_by IS NULL`).length
const childOf = async (runId: string): Promise<string> => {
  const [child] = await world.sql<{ id: string }[]>`SELECT id FROM runs WHERE parent_run_id = ${runId}`
  return child!.id
}

const never = (id: string) => ({ id, type: 'flow.wait', params: { event: 'never' } })
const call = (id: string) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${id}` },
})

/**
 *   start ──▶ each[ ask, call ] ──▶ after
 *                └─error─▶ late ──▶ last (an hour)
 *
 * The worker is gone when the time of `each` is over, and with it everything that was in memory.
 */
it('the time of a container runs out while its run is parked: what waits inside of it waits no more', async () => {
  const callee = await world.publish({
    nodes: [{ id: 'called', type: 'trigger.call' }, never('long')],
    edges: [{ from: 'called', to: 'long' }],
  })
  const version = await world.publish({
    nodes: [
      {
        id: 'each',
        type: 'flow.map',
        params: { items: [1] },
        timeoutMs: 20_000,
        onError: 'route',
        body: {
          nodes: [
            never('ask'),
            { id: 'call', type: 'workflow.call', params: { workflow: callee.workflowId } },
          ],
        },
      },
      call('after'),
      call('late'),
      { id: 'last', type: 'flow.delay', params: { duration: '1h' } },
    ],
    edges: [
      { from: 'start', to: 'each' },
      { from: 'each', to: 'after' },
      { from: 'each', port: 'error', to: 'late' },
      { from: 'late', to: 'last' },
    ],
  })
  const worker = await world.worker()
  const runId = await world.start(version)
  await parked(runId)
  const child = await childOf(runId)
  await parked(child)
  expect(await openWaits(runId)).toBe(2)
  worker.kill('SIGKILL')
  await worker.exited
  world.scheduler()
  await world.worker()
  await world.upstream.nth('/late', 1, 60_000)
  // The run goes on, and the one that it called does not.
  expect(await ended(world, child, 60_000)).toBe('cancelled')
  await parked(runId)
  expect(await openWaits(runId)).toBe(0)
  const events = await world.events(runId)
  expect(events.find((event) => event.type === 'step_failed')).toMatchObject({
    path: 'each',
    handled: true,
    error: { code: 'STEP_TIMEOUT' },
  })
  const cut = events.flatMap((event) => (event.type === 'step_cancelled' ? [event.path] : []))
  expect(cut.toSorted()).toEqual(['each[0].ask', 'each[0].call'])
  expect(world.upstream.to('/after')).toEqual([])
}, 180_000)
