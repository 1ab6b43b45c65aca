import { uuidv7 } from '@millrace/db'
import type { RunStore } from '@millrace/run-store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.end())

/**
 *   start ──▶ big ──▶ note ──▶ wait ──▶ size        `big` gives 300 KB, and only `size` reads it
 */
describe('an output over 256 KB that this worker has not made', () => {
  it('is loaded by the first step that may read it, and by none before (D21)', async () => {
    world.upstream.always('/big', { text: 'x'.repeat(300_000) })
    world.upstream.hold('/wait')
    const call = (id: string) => ({
      id,
      type: 'http.request',
      params: { url: `${world.upstream.url}/${id}`, body: '{{ trigger }}' },
    })
    const size = { expression: '$length(steps.big.output.body.text)' }
    const version = await world.publish({
      nodes: [
        call('big'),
        { id: 'note', type: 'log.message', params: { message: 'on {{ trigger.day }}' } },
        call('wait'),
        { id: 'size', type: 'transform.json', params: size },
      ],
      edges: [
        { from: 'start', to: 'big' },
        { from: 'big', to: 'note' },
        { from: 'note', to: 'wait', when: 'trigger.day' },
        { from: 'wait', to: 'size' },
      ],
    })
    let loaded = 0
    await world.worker({}, (store) => ({
      ...store,
      getPayload: (...args: Parameters<RunStore['getPayload']>) => {
        loaded++
        return store.getPayload(...args)
      },
    }))
    const input = { day: 'Saturday' }
    const first = await world.start(version, input)
    await world.upstream.answer('/wait', 1)
    expect(await ended(world, first)).toBe('completed')
    expect(loaded).toBe(0)

    const id = uuidv7()
    const run = { id, workspaceId: world.workspaceId, ...version, trigger: 'start', input } as const
    const seed = { steps: { big: { runId: first } } }
    await world.store.accept({ ...run, priority: 'normal', idempotencyKey: null, requestHash: null, seed })
    await world.queue.enqueue([{ runId: id }])
    await world.upstream.nth('/wait', 2)
    expect(loaded).toBe(0)
    await world.upstream.answer('/wait', 2)
    expect(await ended(world, id)).toBe('completed')
    expect(loaded).toBe(1)
    expect(await world.store.getRun(world.workspaceId, id)).toMatchObject({ output: 300_000 })
  })
})
