import { uuidv7 } from '@millrace/db'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended, openWorld, type World } from '../durability/world.js'

/** `hook → reply`, where `hook` is a webhook that waits for the result, or does not. */
describe('an answer says whether somebody was there for it', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(() => world.end())

  it.each([
    ['who has called waits', 'result', [], true],
    ['the caller has gone', 'result', [-1], false],
    ['the caller has come again', 'result', [-1, 1], true],
    ['nobody waits for a result', 'immediately', [], false],
  ] as const)('where %s', async (_what, respond, changes, delivered) => {
    const version = await world.publish({
      nodes: [
        { id: 'hook', type: 'trigger.webhook', params: { path: 'x', respond } },
        { id: 'reply', type: 'http.respond', params: { body: 'hi' } },
      ],
      edges: [{ from: 'hook', to: 'reply' }],
    })
    const runId = uuidv7()
    const run = {
      id: runId,
      workspaceId: world.workspaceId,
      ...version,
      trigger: 'hook',
      input: null,
    } as const
    await world.store.accept({ ...run, priority: 'normal', idempotencyKey: null, requestHash: null })
    for (const change of changes)
      await world.store.postToInbox(runId, world.workspaceId, { kind: 'callers', change })
    await world.queue.enqueue([{ runId }])
    const worker = await world.worker()
    expect(await ended(world, runId)).toBe('completed')
    await worker.stop()
    const events = await world.events(runId)
    const reply = events.find((event) => event.type === 'step_succeeded' && event.path === 'reply')
    expect(reply).toMatchObject({ output: { status: 200, delivered } })
    expect(await world.store.getResponse(world.workspaceId, runId)).toMatchObject({ body: 'hi' })
  })
})
