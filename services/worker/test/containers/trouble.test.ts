import type { Json, RunEvent } from '@millrace/contracts'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type DefinitionParts, ended, openWorld, storyOf, type World } from '../durability/world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
  await world.worker()
})
afterEach(() => world.end())

type Nodes = DefinitionParts['nodes']

const call = (path: string, more: object = {}) => ({
  id: 'call',
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${path}` },
  ...more,
})
const map = (id: string, items: Json, nodes: Nodes, params: object = {}) => ({
  id,
  type: 'flow.map',
  params: { items, ...params },
  body: { nodes },
})
const start = async (node: Nodes[number], input: string | null = null): Promise<string> =>
  world.start(await world.publish({ nodes: [node], edges: [{ from: 'start', to: node.id }] }), input)
const tell = async (runId: string, kind: 'pause' | 'resume' | 'cancel'): Promise<void> => {
  await world.store.postToInbox(runId, world.workspaceId, { kind })
  await world.queue.enqueue([{ runId }])
}
const countOf = (events: readonly RunEvent[], type: RunEvent['type']): number =>
  events.filter((event) => event.type === type).length

describe('a run with items under way', () => {
  /** start ─▶ each[ call ]: two at once, paused while both are outside */
  test('that is paused ends them, begins no other, and goes on with the rest when resumed', async () => {
    world.upstream.hold('/call')
    const runId = await start(map('each', [0, 1, 2, 3], [call('call')], { concurrency: 2 }))
    await world.upstream.nth('/call', 2)
    await tell(runId, 'pause')
    await waitFor(async () => countOf(await world.events(runId), 'run_paused') > 0, {
      what: 'the pause',
      timeoutMs: 20_000,
    })
    for (const nth of [1, 2]) await world.upstream.answer('/call', nth)
    await waitFor(async () => (await world.run(runId)).workerId === null, {
      what: 'the paused run to be parked',
      timeoutMs: 20_000,
    })
    expect(world.upstream.count('/call')).toBe(2)
    await tell(runId, 'resume')
    for (const nth of [3, 4]) await world.upstream.answer('/call', nth)
    expect(await ended(world, runId)).toBe('completed')
    expect(world.upstream.count('/call')).toBe(4)
  })

  /** start ─▶ outer[ inner[ call ] ] */
  test('that is cancelled is over in all of its containers', async () => {
    world.upstream.hold('/call')
    const inner = map('inner', '{{ item }}', [call('call')])
    const runId = await start(
      map(
        'outer',
        [
          [1, 2],
          [3, 4],
        ],
        [inner],
        { concurrency: 2 },
      ),
    )
    await world.upstream.nth('/call', 4)
    await tell(runId, 'cancel')
    expect(await ended(world, runId)).toBe('cancelled')
    const events = await world.events(runId)
    for (const path of ['outer', 'outer[0].inner', 'outer[1].inner[1].call'])
      expect(storyOf(events, path).at(-1)).toContain('step_cancelled')
    const open = await world.sql`
      SELECT path FROM step_runs WHERE run_id = ${runId} AND status IN ('pending', 'running', 'waiting')`
    expect(open).toEqual([])
  })

  /** start ─▶ each[ call ]: item 1 is never answered */
  test('fails the item whose step takes longer than its timeout', async () => {
    world.upstream.hold('/call/1')
    const slow = call('call/{{ item }}', { timeoutMs: 500 })
    const runId = await start(map('each', [0, 1], [slow], { onItemError: 'collect' }))
    expect(await ended(world, runId)).toBe('completed')
    expect(await world.store.getRun(world.workspaceId, runId)).toMatchObject({
      output: [{ status: 200 }, { error: { code: 'STEP_TIMEOUT' } }],
    })
  })
})

describe('results over the limit of 32 MB fail their map, and nothing hangs', () => {
  const big = { id: 'big', type: 'transform.json', params: { expression: 'trigger' } }

  test('together, where they are steps of a single page', async () => {
    const note = { id: 'note', type: 'log.message', params: { message: 'big' } }
    const runId = await start(map('each', '{{ [1..60] }}', [big, note]), 'x'.repeat(600_000))
    expect(await ended(world, runId, 60_000)).toBe('failed')
    expect(await world.store.getRun(world.workspaceId, runId)).toMatchObject({
      error: { code: 'OUTPUT_TOO_LARGE' },
    })
  }, 90_000)

  test('in one page of many pure items', async () => {
    const runId = await start(map('each', '{{ [1..1001] }}', [big]), 'x'.repeat(40_000))
    expect(await ended(world, runId, 60_000)).toBe('failed')
    expect(await world.store.getRun(world.workspaceId, runId)).toMatchObject({
      error: { code: 'OUTPUT_TOO_LARGE' },
    })
  }, 90_000)
})
