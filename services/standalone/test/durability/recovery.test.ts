import type { RetryPlan, Run, RunEvent, Step } from '@millrace/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, story, storyOf, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
  await world.worker()
})
afterEach(() => world.end())

const post = (id: string, more: object = {}) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${id}`, body: { from: '{{ trigger.name }}' } },
  ...more,
})
const large = (id: string) => ({
  id,
  type: 'transform.json',
  params: { expression: '{ "text": $pad("", 300000, "x") }' },
})

interface Linked {
  readonly run: Run
  readonly plan: RetryPlan
}
const recover = async (runId: string, how: 'retry' | 'rerun', body: object = {}): Promise<Linked> => {
  const answer = await world.post(`/runs/${runId}/${how}`, body)
  expect(answer.json()).toMatchObject({ replayed: false })
  expect(answer.status).toBe(201)
  return answer.json()
}
const succeeded = (events: readonly RunEvent[], path: string) =>
  events.find((event) => event.type === 'step_succeeded' && event.path === path)
const failOnce = (path: string) => {
  let failed = false
  world.upstream.on(path, (call) => {
    call.answer({}, failed ? 200 : 400)
    failed = true
  })
}

/**
 *   start ──▶ first ──▶ second ──▶ third        writes; `second` fails once
 */
describe('retry from the failed step', () => {
  it('reuses what completed, repeats nothing, and keeps the idempotency keys of the first run', async () => {
    failOnce('/second')
    const version = await world.publish({ nodes: [post('first'), post('second'), post('third')] })
    const runId = await world.start(version, { name: 'Ada' })
    expect(await ended(world, runId)).toBe('failed')

    const { run, plan } = await recover(runId, 'retry')
    expect(plan).toEqual({
      version: 1,
      reused: ['first'],
      runs: [
        { path: 'second', effect: 'write', repeats: false },
        { path: 'third', effect: 'write', repeats: false },
      ],
      repeatedWrites: [],
    })
    expect(await ended(world, run.id)).toBe('completed')
    expect(await world.store.getRun(world.workspaceId, run.id)).toMatchObject({ originRunId: runId })
    expect(world.upstream.to('/first')).toHaveLength(1)
    expect(world.upstream.to('/second').map((call) => call.key)).toEqual([
      `${runId}:second`,
      `${runId}:second`,
    ])
    const events = await world.events(run.id)
    expect(succeeded(events, 'first')).toMatchObject({ reused: { runId } })
    expect(succeeded(events, 'second')).not.toHaveProperty('reused')
    const steps = await world.store.getSteps(world.workspaceId, run.id)
    const marks = steps.filter((step: Step) => step.reused !== undefined).map((step) => step.path)
    expect(marks).toEqual(['first'])

    // A retry of the retry: the outcome still names the run that worked it out, the key its root.
    const again = await recover(run.id, 'retry', { from: 'start', confirm: true })
    expect(again.plan.repeatedWrites).toEqual(['first', 'second', 'third'])
    expect(await ended(world, again.run.id)).toBe('completed')
    expect(world.upstream.to('/third').map((call) => call.key)).toEqual([`${runId}:third`, `${runId}:third`])
  })

  it('asks where what a call started has written, at any depth, or items of a container that failed (I5)', async () => {
    const call = (id: string, workflow: string) => ({ id, type: 'workflow.call', params: { workflow } })
    const broken = { id: 'broken', type: 'transform.json', params: { expression: '$error("no")' } }
    const called = async (...nodes: { id: string; type: string }[]) => {
      const edges = nodes.map(({ id }, at) => ({ from: nodes[at - 1]?.id ?? 'called', to: id }))
      const version = await world.publish({
        nodes: [{ id: 'called', type: 'trigger.call' }, ...nodes],
        edges,
      })
      return version.workflowId
    }
    const middle = await called(call('on', await called(post('deep'), broken)))
    const quiet = await called(broken)
    const each = {
      ...{ id: 'each', type: 'flow.map', params: { items: '{{ [1, 2] }}', concurrency: 1 } },
      body: {
        nodes: [post('inside'), broken],
        edges: [{ from: 'inside', to: 'broken' }],
      },
    }
    const edges = ['far', 'still', 'each'].map((to) => ({ from: 'start', to }))
    for (const [node, repeatedWrites] of [
      [call('far', middle), ['far']],
      [call('still', quiet), []],
      [each, ['each']],
    ] as const) {
      const version = await world.publish({ nodes: [node], edges: edges.filter(({ to }) => to === node.id) })
      const runId = await world.start(version)
      expect(await ended(world, runId)).toBe('failed')
      const preview = (await world.post(`/runs/${runId}/retry/preview`, {})).json()
      expect(preview).toMatchObject({
        repeatedWrites,
        runs: [{ path: node.id, repeats: repeatedWrites.length > 0 }],
      })
      const answer = await world.post(`/runs/${runId}/retry`, {})
      expect(answer.status).toBe(repeatedWrites.length > 0 ? 409 : 201)
    }
  })

  it('keeps a handled failure and the branch it took', async () => {
    world.upstream.on('/fetch', (call) => call.answer({}, 404))
    failOnce('/last')
    const fetch = post('fetch', { onError: 'route' })
    const version = await world.publish({
      nodes: [fetch, post('happy'), post('alert'), post('last')],
      edges: [
        { from: 'start', to: 'fetch' },
        { from: 'fetch', to: 'happy' },
        { from: 'fetch', port: 'error', to: 'alert' },
        { from: 'alert', to: 'last' },
      ],
    })
    const runId = await world.start(version)
    expect(await ended(world, runId)).toBe('failed')
    const { run, plan } = await recover(runId, 'retry')
    expect(plan.reused).toEqual(['fetch', 'alert'])
    expect(await ended(world, run.id)).toBe('completed')
    expect(story(await world.events(run.id))).toEqual([
      'run_started',
      'step_started:fetch',
      'step_failed:fetch',
      'step_skipped:happy',
      'step_started:alert',
      'step_succeeded:alert',
      'step_started:last',
      'step_succeeded:last',
      'run_finished',
    ])
    expect(world.upstream.to('/fetch')).toHaveLength(1)
    expect(world.upstream.to('/alert')).toHaveLength(1)
  })

  it('refers to a large output where it stands (D21)', async () => {
    failOnce('/last')
    const version = await world.publish({
      nodes: [
        large('big'),
        { ...post('last'), params: { ...post('last').params, body: '{{ $length(steps.big.output.text) }}' } },
      ],
    })
    const runId = await world.start(version)
    expect(await ended(world, runId)).toBe('failed')
    const { run } = await recover(runId, 'retry')
    expect(await ended(world, run.id)).toBe('completed')
    expect(succeeded(await world.events(run.id), 'big')).toMatchObject({ outputRef: { runId } })
    expect(world.upstream.to('/last').map((call) => call.body)).toEqual(['300000', '300000'])
    const [row] = await world.sql`SELECT count(*)::int AS payloads FROM payloads WHERE run_id = ${run.id}`
    expect(row).toEqual({ payloads: 0 })
  })
})

/**
 *   start ──▶ first ─┬─▶ second ──▶ third
 *                    └─▶ aside
 */
describe('rerun from a step', () => {
  it('asks before writes happen again, then repeats the step and what comes after, with another input', async () => {
    const version = await world.publish({
      nodes: [post('first'), post('second'), post('third'), post('aside')],
      edges: [
        { from: 'start', to: 'first' },
        { from: 'first', to: 'second' },
        { from: 'second', to: 'third' },
        { from: 'first', to: 'aside' },
      ],
    })
    const runId = await world.start(version, { name: 'Ada' })
    expect(await ended(world, runId)).toBe('completed')
    const body = { from: 'second', input: { name: 'Grace' } }
    const preview = await world.post(`/runs/${runId}/rerun/preview`, body)
    expect(preview.json()).toMatchObject({ reused: ['first', 'aside'], repeatedWrites: ['second', 'third'] })
    const refused = await world.post(`/runs/${runId}/rerun`, body)
    expect(refused.status).toBe(409)
    expect(refused.json()).toMatchObject({ code: 'CONFIRM_REQUIRED', repeatedWrites: ['second', 'third'] })

    const { run } = await recover(runId, 'rerun', { ...body, confirm: true })
    expect(await ended(world, run.id)).toBe('completed')
    const events = await world.events(run.id)
    expect(storyOf(events, 'aside')).toEqual(['step_started', 'step_succeeded'])
    expect(world.upstream.to('/first')).toHaveLength(1)
    expect(world.upstream.to('/aside')).toHaveLength(1)
    // Another input is another request to the outside: the keys are new.
    expect(world.upstream.to('/third').map(({ key, body }) => [key, body])).toEqual([
      [`${runId}:third`, '{"from":"Ada"}'],
      [`${run.id}:third`, '{"from":"Grace"}'],
    ])
  })
})

describe('pause and resume', () => {
  it('lets the running step end, rests, and goes on when resumed', async () => {
    world.upstream.hold('/first')
    const runId = await world.start(await world.publish({ nodes: [post('first'), post('second')] }))
    const call = await world.upstream.nth('/first', 1)
    expect((await world.post(`/runs/${runId}/pause`)).json()).toEqual({ runId, requested: true })
    await expect.poll(async () => (await world.run(runId)).status, { timeout: 20_000 }).toBe('paused')
    call.answer()
    await expect.poll(async () => (await world.run(runId)).workerId, { timeout: 20_000 }).toBeNull()
    expect(world.upstream.to('/second')).toHaveLength(0)
    expect((await world.post(`/runs/${runId}/resume`)).status).toBe(202)
    expect(await ended(world, runId)).toBe('completed')
    expect((await world.post(`/runs/${runId}/pause`)).json()).toMatchObject({ code: 'RUN_FINISHED' })
  })
})
