import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, story, storyOf, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.end())

const call = (id: string, more: object = {}) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${id}` },
  ...more,
})

/**
 *   start ──▶ slow ──▶ after        cancelled while `slow` is outside
 */
describe('a cancel (D15)', () => {
  it('is carried out by the worker that owns the run: durable, and the request outside is aborted', async () => {
    await world.worker()
    world.upstream.hold('/slow')
    const runId = await world.start(await world.publish({ nodes: [call('slow'), call('after')] }))
    const slow = await world.upstream.nth('/slow', 1)
    expect(await world.cancel(runId)).toBe(202)
    expect(await ended(world, runId)).toBe('cancelled')
    await waitFor(() => slow.aborted, { what: 'the request to be aborted' })
    // Epoch 1: nobody had to take the run from its worker.
    expect(await world.run(runId)).toMatchObject({ status: 'cancelled', epoch: 1, workerId: null })
    const events = await world.events(runId)
    expect(story(events)).toEqual(['run_started', 'step_started:slow', 'step_cancelled:slow', 'run_finished'])
    expect(events.find((event) => event.type === 'step_cancelled')).toMatchObject({ outcome: 'unknown' })
    expect((await world.store.readInbox([runId])).size).toBe(0)
    expect(await world.cancel(runId)).toBe(409)
  })

  it('reaches its worker by the poll when the nudge is lost', async () => {
    await world.worker()
    world.upstream.hold('/slow')
    const runId = await world.start(await world.publish({ nodes: [call('slow')] }))
    const slow = await world.upstream.nth('/slow', 1)
    await world.store.postToInbox(runId, world.workspaceId, { kind: 'cancel' })
    expect(await ended(world, runId)).toBe('cancelled')
    await waitFor(() => slow.aborted, { what: 'the request to be aborted' })
    expect(await world.run(runId)).toMatchObject({ epoch: 1 })
  })

  it('is finished by the API when the worker hangs, and the worker writes nothing when it wakes (I3)', async () => {
    const hung = await world.worker({ LEASE_MS: '600000' })
    world.upstream.hold('/slow')
    const runId = await world.start(await world.publish({ nodes: [call('slow'), call('after')] }))
    const slow = await world.upstream.nth('/slow', 1)
    hung.kill('SIGSTOP')
    expect(await world.cancel(runId)).toBe(202)
    expect(await ended(world, runId)).toBe('cancelled')
    expect(await world.run(runId)).toMatchObject({ epoch: 2, workerId: null })
    const events = await world.events(runId)
    slow.answer()
    hung.kill('SIGCONT')
    const other = await world.start(await world.publish({ nodes: [call('other')] }))
    expect(await ended(world, other)).toBe('completed')
    expect(await world.events(runId)).toEqual(events)
    expect(world.upstream.to('/after')).toHaveLength(0)
  })

  it('ends a run that waits on a timer, and the timer with it', async () => {
    await world.worker()
    const version = await world.publish({
      nodes: [{ id: 'pause', type: 'flow.delay', params: { duration: '1h' } }, call('after')],
    })
    const runId = await world.start(version)
    await waitFor(async () => (await world.run(runId)).status === 'waiting', { what: 'the park' })
    await world.cancel(runId)
    expect(await ended(world, runId)).toBe('cancelled')
    expect(storyOf(await world.events(runId), 'pause').at(-1)).toBe('step_cancelled')
    expect(await world.sql`SELECT 1 FROM timers WHERE run_id = ${runId}`).toHaveLength(0)
    expect(world.upstream.to('/after')).toHaveLength(0)
  })

  it('is served before anything starts when it was there first', async () => {
    const runId = await world.start(await world.publish({ nodes: [call('slow')] }))
    await world.store.postToInbox(runId, world.workspaceId, { kind: 'cancel' })
    await world.worker()
    expect(await ended(world, runId)).toBe('cancelled')
    expect(story(await world.events(runId))).toEqual(['run_finished'])
    expect(world.upstream.calls).toHaveLength(0)
  })
})
