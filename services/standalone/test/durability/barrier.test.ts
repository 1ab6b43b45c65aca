import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, holdRun, openWorld, storyOf, untilBlocked, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
  await world.worker()
})
afterEach(() => world.end())

const post = (id: string, more: object = {}) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${id}`, body: {} },
  ...more,
})

/** Another run, from doorbell to end: whatever the worker could have sent before, it has sent by then. */
const roundTrip = async () => {
  const runId = await world.start(await world.publish({ nodes: [post('other')] }))
  expect(await ended(world, runId)).toBe('completed')
}

/**
 *   start ──▶ sum ──▶ first ──▶ second        `sum` is pure, the others are writes
 */
describe('the barrier', () => {
  it('lets a write out only once all before it is durable, its own start too', async () => {
    const version = await world.publish({
      nodes: [{ id: 'sum', type: 'transform.json', params: { expression: '1 + 1' } }, post('first')],
    })
    const seen: string[][] = []
    world.upstream.on('/first', async (call) => {
      const runId = call.key?.split(':')[0] ?? ''
      const events = await world.events(runId)
      seen.push(storyOf(events, 'sum'), storyOf(events, 'first'))
      call.answer()
    })
    expect(await ended(world, await world.start(version))).toBe('completed')
    expect(seen).toEqual([['step_started', 'step_succeeded'], ['step_started']])
  })

  it('keeps the next write back for as long as the completion before it cannot be written', async () => {
    const version = await world.publish({ nodes: [post('first'), post('second')] })
    world.upstream.hold('/first')
    const runId = await world.start(version)
    const first = await world.upstream.nth('/first', 1)
    const release = await holdRun(world.sql, runId)
    first.answer()
    await untilBlocked(world.sql, 'flush_units')
    await roundTrip()
    expect(world.upstream.to('/second')).toHaveLength(0)
    await release()
    expect(await ended(world, runId)).toBe('completed')
    expect(world.upstream.to('/second')).toHaveLength(1)
  })

  it('repeats a write only once the failure of its first try is durable, under the same key (I5)', async () => {
    const retry = { maxAttempts: 2, backoff: 'fixed', delayMs: 0, jitter: 'none' } as const
    const version = await world.publish({ nodes: [post('first', { retry })] })
    world.upstream.hold('/first')
    const runId = await world.start(version)
    const first = await world.upstream.nth('/first', 1)
    const release = await holdRun(world.sql, runId)
    first.answer({}, 500)
    await untilBlocked(world.sql, 'flush_units')
    await roundTrip()
    expect(world.upstream.to('/first')).toHaveLength(1)
    await release()
    const second = await world.upstream.nth('/first', 2)
    expect(storyOf(await world.events(runId), 'first')).toEqual([
      'step_started',
      'step_retrying',
      'step_started',
    ])
    second.answer()
    expect(await ended(world, runId)).toBe('completed')
    expect([first.key, second.key]).toEqual([`${runId}:first`, `${runId}:first`])
  })

  it('does not keep reads back: they may happen again', async () => {
    const read = { id: 'read', type: 'http.request', params: { url: `${world.upstream.url}/read` } }
    const version = await world.publish({ nodes: [post('first'), read] })
    world.upstream.hold('/first')
    const runId = await world.start(version)
    const first = await world.upstream.nth('/first', 1)
    const release = await holdRun(world.sql, runId)
    first.answer()
    await world.upstream.nth('/read', 1)
    await release()
    expect(await ended(world, runId)).toBe('completed')
    expect(world.upstream.to('/read')).toHaveLength(1)
  })
})
