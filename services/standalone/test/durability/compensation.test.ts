import type { Json, RetryPlan, Run } from '@millrace/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, story, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.end())

const post = (id: string, more: object = {}, body: Json = { from: '{{ trigger.name }}' }) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${id}`, body },
  ...more,
})

/**
 *   start ──▶ book ──▶ charge ──▶ ship
 *              ┆         ┆
 *            unbook    refund
 */
const publish = () =>
  world.publish({
    nodes: [
      post('book', { compensate: 'unbook' }),
      post('charge', { compensate: 'refund' }),
      post('ship'),
      post('refund', {}, { for: '{{ trigger.name }}', charged: '{{ steps.charge.output.body.id }}' }),
      post('unbook', { retry: { maxAttempts: 3, backoff: 'fixed', delayMs: 10 } }),
    ],
    edges: [
      { from: 'start', to: 'book' },
      { from: 'book', to: 'charge' },
      { from: 'charge', to: 'ship' },
    ],
  })

const answering = (path: string, ...statuses: number[]) =>
  world.upstream.on(path, (call) => call.answer({ id: 'C1' }, statuses.shift() ?? 200))

interface Linked {
  readonly run: Run
  readonly replayed: boolean
  readonly plan: RetryPlan
}
const linked = async (runId: string, how: 'undo' | 'retry', body: object = {}): Promise<Linked> =>
  (await world.post(`/runs/${runId}/${how}`, body)).json()
const keysOf = (path: string) => world.upstream.to(path).map((call) => call.key)

describe('a run that fails', () => {
  it('undoes its steps, the latest first, with their outputs and retries of their own', async () => {
    await world.worker()
    answering('/charge')
    answering('/ship', 400)
    answering('/unbook', 503)
    const runId = await world.start(await publish(), { name: 'Ada' })
    expect(await ended(world, runId)).toBe('failed')
    expect((await world.run(runId)).error).toMatchObject({ code: 'HTTP_STATUS' })
    expect(story(await world.events(runId))).toEqual([
      'run_started',
      'step_started:book',
      'step_succeeded:book',
      'step_started:charge',
      'step_succeeded:charge',
      'step_started:ship',
      'step_failed:ship',
      'run_compensating',
      'step_started:refund',
      'step_succeeded:refund',
      'step_started:unbook',
      'step_retrying:unbook',
      'step_started:unbook',
      'step_succeeded:unbook',
      'run_finished',
    ])
    expect(world.upstream.to('/refund').map(({ body }) => body)).toEqual(['{"for":"Ada","charged":"C1"}'])
    expect(keysOf('/unbook')).toEqual([`${runId}:unbook`, `${runId}:unbook`])
  })

  it('goes on undoing where a killed worker was, and undoes nothing twice (I2, I5)', async () => {
    const worker = await world.worker({ LEASE_MS: '2000' })
    answering('/ship', 400)
    world.upstream.hold('/unbook')
    world.scheduler()
    const runId = await world.start(await publish())
    await world.upstream.nth('/unbook', 1)
    worker.kill('SIGKILL')
    await world.worker()
    const second = await world.upstream.nth('/unbook', 2)
    second.answer()
    expect(await ended(world, runId)).toBe('failed')
    expect(keysOf('/refund')).toEqual([`${runId}:refund`])
    expect(new Set(keysOf('/unbook'))).toEqual(new Set([`${runId}:unbook`]))
  })

  it('goes back when its time is over, also while it is parked', async () => {
    await world.worker()
    world.scheduler()
    const version = await world.publish({
      nodes: [
        post('charge', { compensate: 'refund' }),
        { id: 'wait', type: 'flow.wait', params: { event: 'never' } },
        post('refund'),
      ],
      edges: [
        { from: 'start', to: 'charge' },
        { from: 'charge', to: 'wait' },
      ],
      settings: { timeoutMs: 12_000 },
    })
    const runId = await world.start(version)
    expect(await ended(world, runId, 60_000)).toBe('failed')
    expect((await world.run(runId)).error).toMatchObject({ code: 'RUN_TIMEOUT' })
    expect(story(await world.events(runId)).slice(-4)).toEqual([
      'run_compensating',
      'step_started:refund',
      'step_succeeded:refund',
      'run_finished',
    ])
    expect(keysOf('/refund')).toEqual([`${runId}:refund`])
  }, 90_000)

  it('is retried from what was undone on, with keys of its own: the old ones stand for what is no more', async () => {
    await world.worker()
    answering('/ship', 400)
    const runId = await world.start(await publish())
    expect(await ended(world, runId)).toBe('failed')
    const refused = await world.post(`/runs/${runId}/retry`)
    expect(refused.json()).toMatchObject({ code: 'CONFIRM_REQUIRED', repeatedWrites: ['book', 'charge'] })
    const { run, plan } = await linked(runId, 'retry', { confirm: true })
    expect(plan.reused).toEqual([])
    expect(await ended(world, run.id)).toBe('completed')
    expect(keysOf('/charge')).toEqual([`${runId}:charge`, `${run.id}:charge`])
    expect(story(await world.events(run.id)).slice(-3)).toEqual([
      'step_skipped:refund',
      'step_skipped:unbook',
      'run_finished',
    ])
  })
})

describe('undo', () => {
  it('undoes a completed run in a linked one, once, however often it is asked for', async () => {
    await world.worker()
    answering('/charge')
    const runId = await world.start(await publish(), { name: 'Ada' })
    expect(await ended(world, runId)).toBe('completed')
    const preview = (await world.post(`/runs/${runId}/undo/preview`)).json<RetryPlan>()
    expect(preview).toEqual({
      version: 1,
      reused: ['book', 'charge', 'ship'],
      runs: [
        { path: 'refund', effect: 'write', repeats: false },
        { path: 'unbook', effect: 'write', repeats: false },
      ],
      repeatedWrites: [],
    })
    const asked = await Promise.all([1, 2, 3].map(() => linked(runId, 'undo')))
    const ids = new Set(asked.map(({ run }) => run.id))
    expect(ids.size).toBe(1)
    expect(asked.filter(({ replayed }) => !replayed)).toHaveLength(1)
    const [undoId = ''] = ids
    expect(await ended(world, undoId)).toBe('completed')
    expect(await world.store.getRun(world.workspaceId, undoId)).toMatchObject({ originRunId: runId })
    expect(story(await world.events(undoId)).slice(-6)).toEqual([
      'run_compensating',
      'step_started:refund',
      'step_succeeded:refund',
      'step_started:unbook',
      'step_succeeded:unbook',
      'run_finished',
    ])
    expect(world.upstream.to('/refund').map(({ body }) => body)).toEqual(['{"for":"Ada","charged":"C1"}'])
    for (const path of ['/book', '/charge', '/ship']) expect(world.upstream.to(path)).toHaveLength(1)
    expect(await linked(runId, 'undo')).toMatchObject({ replayed: true, run: { id: undoId } })
    const rerun = await world.post(`/runs/${runId}/rerun`, { from: 'refund' })
    expect(rerun.json()).toMatchObject({ code: 'NO_SUCH_STEP' })
    expect((await world.post(`/runs/${undoId}/undo`)).json()).toMatchObject({ code: 'NOTHING_TO_UNDO' })
    expect((await world.post(`/runs/${undoId}/retry`)).json()).toMatchObject({ code: 'NOTHING_TO_RETRY' })
  })

  it('tries again what a failed run could not undo, as the same request to the outside', async () => {
    await world.worker()
    answering('/ship', 400)
    answering('/refund', 400, 400)
    const runId = await world.start(await publish())
    expect(await ended(world, runId)).toBe('failed')
    expect((await world.run(runId)).error).toMatchObject({
      code: 'COMPENSATION_FAILED',
      details: { failed: ['refund'] },
    })
    const first = await linked(runId, 'undo')
    expect(first.plan.runs.map(({ path }) => path)).toEqual(['refund'])
    expect(await ended(world, first.run.id)).toBe('failed')
    const second = await linked(runId, 'undo')
    expect(second.run.id).not.toBe(first.run.id)
    expect(await ended(world, second.run.id)).toBe('completed')
    expect(keysOf('/refund')).toEqual(Array(3).fill(`${runId}:refund`))
    expect(keysOf('/unbook')).toEqual([`${runId}:unbook`])
  })

  it('undoes what a cancelled run had completed', async () => {
    await world.worker()
    world.upstream.hold('/ship')
    const runId = await world.start(await publish())
    await world.upstream.nth('/ship', 1)
    expect(await world.cancel(runId)).toBe(202)
    expect(await ended(world, runId)).toBe('cancelled')
    expect(keysOf('/refund')).toEqual([])
    const { run } = await linked(runId, 'undo')
    expect(await ended(world, run.id)).toBe('completed')
    expect(keysOf('/refund')).toEqual([`${runId}:refund`])
  })
})
