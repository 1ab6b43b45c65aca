import { CONTROL_TOPIC } from '@millrace/feed'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Producer } from './producer.js'
import { BACKENDS, openWorld, simpleWorkflow, type World } from './world.js'

describe.each(BACKENDS)('cancel on %s (D15)', (backend) => {
  let world: World
  let authorization: string

  beforeEach(async () => {
    world = await openWorld(backend)
    authorization = await world.token('operator')
    await world.publish(simpleWorkflow('long'))
  })

  afterEach(async () => {
    await world.end()
  })

  const start = async (): Promise<string> => {
    const answer = await world.app.inject({
      method: 'POST',
      url: '/api/v1/runs',
      headers: { authorization },
      payload: { workflow: 'long' },
    })
    return answer.json().run.id
  }
  const cancel = (runId: string, payload?: object) =>
    world.app.inject({
      method: 'POST',
      url: `/api/v1/runs/${runId}/cancel`,
      headers: { authorization },
      ...(payload === undefined ? {} : { payload }),
    })
  const status = async (runId: string) => (await world.store.getRun(world.workspaceId, runId))?.status
  const untilCancelled = (runId: string) =>
    expect.poll(() => status(runId), { timeout: 5_000 }).toBe('cancelled')

  it('ends a run that nobody has begun: run_finished is seq 1', async () => {
    const runId = await start()
    const answer = await cancel(runId, { reason: 'changed my mind' })
    expect(answer.statusCode).toBe(202)
    expect(answer.json()).toEqual({ runId, requested: true })
    await untilCancelled(runId)
    const events = await world.store.readEvents(world.workspaceId, runId, 0, 10)
    expect(events).toMatchObject([{ seq: 1, type: 'run_finished', status: 'cancelled' }])
    expect((await world.store.readInbox([runId])).size).toBe(0)
    expect(await world.store.claim(runId)).toBeNull()
  })

  it('answers 409 once the run has ended', async () => {
    const runId = await start()
    await cancel(runId)
    await untilCancelled(runId)
    const answer = await cancel(runId)
    expect(answer.json()).toMatchObject({ status: 409, code: 'RUN_FINISHED' })
  })

  it('nudges a live owner, and takes the run from it when it does not react', async () => {
    const runId = await start()
    const producer = await Producer.claim(world, runId)
    await producer.start()
    await producer.append([
      { type: 'step_succeeded', path: 'start', attempt: 1, taken: [0] },
      { type: 'step_started', path: 'work', attempt: 1 },
    ])
    const nudges: string[] = []
    const unsubscribe = await world.feed.subscribe(CONTROL_TOPIC, (payload) => nudges.push(payload))
    expect((await cancel(runId)).statusCode).toBe(202)
    await untilCancelled(runId)
    unsubscribe()
    expect(nudges).toEqual([JSON.stringify({ runId })])
    const events = await world.store.readEvents(world.workspaceId, runId, 3, 10)
    expect(events).toMatchObject([
      { seq: 4, type: 'step_cancelled', path: 'work', outcome: 'unknown' },
      { seq: 5, type: 'run_finished', status: 'cancelled' },
    ])
    const steps = await world.store.getSteps(world.workspaceId, runId)
    expect(steps).toMatchObject([{ path: 'work', status: 'cancelled', attempt: 1 }])
    // The former owner is fenced (I3).
    await expect(producer.finish()).rejects.toThrow('fenced')
  })

  it('leaves the first terminal status standing', async () => {
    const runId = await start()
    const producer = await Producer.claim(world, runId)
    await producer.start()
    await cancel(runId)
    await producer.finish('done')
    await world.app.close()
    expect(await status(runId)).toBe('completed')
  })

  it('shows the end to who follows the run', async () => {
    const runId = await start()
    const following = world.app.inject({ url: `/api/v1/runs/${runId}/events`, headers: { authorization } })
    await cancel(runId)
    expect((await following).body).toContain('id: 1\nevent: run_finished\n')
  })
})
