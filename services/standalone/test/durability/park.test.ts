import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, holdRun, openWorld, story, storyOf, untilBlocked, type World } from './world.js'

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
const delay = (duration: string) => ({ id: 'pause', type: 'flow.delay', params: { duration } })
const parked = (runId: string) =>
  waitFor(async () => (await world.run(runId)).status === 'waiting', { what: `run ${runId} to park` })
const timersOf = async (runId: string) =>
  (await world.sql`SELECT path, kind, attempt FROM timers WHERE run_id = ${runId}`).map((row) => ({ ...row }))

describe('a run that only waits', () => {
  it('parks for a retry further off than 2 s, holds no lease, and goes on with its next try', async () => {
    const retry = { maxAttempts: 2, backoff: 'fixed', delayMs: 2_500, jitter: 'none' } as const
    world.upstream.on('/flaky', (each) =>
      each.answer({}, world.upstream.to('/flaky').length === 1 ? 503 : 200),
    )
    const worker = await world.worker()
    const runId = await world.start(await world.publish({ nodes: [call('flaky', { retry }), call('after')] }))
    await parked(runId)
    expect(await world.run(runId)).toMatchObject({ workerId: null })
    expect(await timersOf(runId)).toEqual([{ path: 'flaky', kind: 'retry', attempt: 1 }])
    // Nobody is there while it is due; it is not lost.
    worker.kill('SIGKILL')
    await worker.exited
    world.scheduler()
    await world.worker()
    expect(await ended(world, runId)).toBe('completed')
    const events = await world.events(runId)
    expect(storyOf(events, 'flaky')).toEqual([
      'step_started',
      'step_retrying',
      'step_started',
      'step_succeeded',
    ])
    const [first, second] = world.upstream.to('/flaky')
    expect(first?.key).toBe(second?.key)
    expect(world.upstream.to('/after')).toHaveLength(1)
    expect(await timersOf(runId)).toEqual([])
  })

  it('outlasts its worker in a delay, and wakes in another', async () => {
    const first = await world.worker()
    const runId = await world.start(await world.publish({ nodes: [delay('3s'), call('after')] }))
    await parked(runId)
    first.kill('SIGKILL')
    await first.exited
    world.scheduler()
    await world.worker()
    expect(await ended(world, runId)).toBe('completed')
    expect(story(await world.events(runId))).toEqual([
      'run_started',
      'step_started:pause',
      'step_waiting:pause',
      'run_waiting',
      'run_resumed',
      'step_succeeded:pause',
      'step_started:after',
      'step_succeeded:after',
      'run_finished',
    ])
  })

  it('does not lose a wake that came while it was being parked (D4)', async () => {
    const version = await world.publish({ nodes: [call('slow'), delay('1h')] })
    await world.worker()
    world.upstream.hold('/slow')
    const runId = await world.start(version)
    const slow = await world.upstream.nth('/slow', 1)
    // The park's flush waits for the row; the message comes meanwhile, and nobody rings for it.
    const release = await holdRun(world.sql, runId)
    slow.answer()
    await untilBlocked(world.sql, 'flush_units')
    await world.store.postToInbox(runId, world.workspaceId, { kind: 'cancel', reason: 'enough' })
    await release()
    expect(await ended(world, runId)).toBe('cancelled')
    expect(storyOf(await world.events(runId), 'pause')).toEqual([
      'step_started',
      'step_waiting',
      'step_cancelled',
    ])
  })

  it('is found by the sweeper when nobody rang for its message (D4)', async () => {
    const first = await world.worker()
    const runId = await world.start(await world.publish({ nodes: [delay('1h')] }))
    await parked(runId)
    first.kill('SIGTERM')
    await first.exited
    // The caller dies between its message and its ring, and 6 s go by.
    await world.store.postToInbox(runId, world.workspaceId, { kind: 'cancel' })
    await world.sql`UPDATE run_inbox SET created_at = created_at - interval '6 s'`
    await world.worker()
    world.scheduler()
    expect(await ended(world, runId)).toBe('cancelled')
  })

  it('wakes once for one timer, although it is seen by the worker and by the scheduler', async () => {
    // The run is woken by another message just before its delay is due: the worker then keeps the delay itself.
    const version = await world.publish({ nodes: [delay('4s'), call('after')] })
    world.scheduler()
    await world.worker()
    const runId = await world.start(version)
    await parked(runId)
    await world.store.postToInbox(runId, world.workspaceId, { kind: 'resume' })
    await world.queue.enqueue([{ runId }])
    expect(await ended(world, runId)).toBe('completed')
    expect(world.upstream.to('/after')).toHaveLength(1)
    expect(
      storyOf(await world.events(runId), 'pause').filter((type) => type === 'step_succeeded'),
    ).toHaveLength(1)
  })
})
