import type { RunEvent } from '@millrace/contracts'
import { waitFor } from '@millrace/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../durability/world.js'
import { play, transform } from './play.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.worker()
}, 120_000)
afterAll(() => world.end(), 60_000)

const delay = (more: object) => ({
  id: 'wait',
  type: 'flow.delay',
  params: { duration: '3d' },
  timeoutMs: 100,
  ...more,
})
const TIMED_OUT = { code: 'STEP_TIMEOUT', message: 'wait took longer than its timeout of 100 ms' }

test('a delay that is longer than the time of its step fails when that is over', async () => {
  const run = await play(world, [delay({})])
  expect(run.end).toMatchObject({ status: 'failed', error: TIMED_OUT })
})

test('so does one with a time to wait for, and its node says what follows', async () => {
  const wait = delay({ params: { until: '2999-01-01T00:00:00Z' }, onError: 'route' })
  const edges = [
    { from: 'start', to: 'wait' },
    { from: 'wait', port: 'error', to: 'after' },
  ]
  const run = await play(world, [wait, transform('after', 'steps.wait.error.code')], null, edges)
  expect(run.result).toBe('STEP_TIMEOUT')
})

test('every try has its own time', async () => {
  const run = await play(world, [delay({ retry: { maxAttempts: 2, delayMs: 1, jitter: 'none' } })])
  expect(run.events.filter(({ type }) => type === 'step_waiting')).toHaveLength(2)
  expect(run.end).toMatchObject({ status: 'failed', error: TIMED_OUT })
})

test('a shorter delay is not cut', async () => {
  const run = await play(world, [delay({ params: { delayMs: 50 }, timeoutMs: 60_000 })])
  expect(run.end.status).toBe('completed')
})

test('what goes wrong on the edge after a delay is for its `onError`', async () => {
  const wait = { id: 'wait', type: 'flow.delay', params: { delayMs: 1 }, onError: 'route' }
  const edges = [
    { from: 'start', to: 'wait' },
    { from: 'wait', to: 'after', when: '$error("no")' },
    { from: 'wait', port: 'error', to: 'sorry' },
  ]
  const run = await play(
    world,
    [wait, transform('after', '1'), transform('sorry', '"sorry"')] as never,
    null,
    edges,
  )
  expect(run.result).toBe('sorry')
})

/** Their deadlines are the scheduler's. */
test.each([
  ['flow.wait', { event: 'never' }],
  ['flow.wait', { for: 'resume' }],
  ['task.external', { queue: 'nobody' }],
  ['human.approval', { title: 'anybody?', onTimeout: 'fail' }],
])('%s %j waits no longer than the timeoutMs of its node', async (type, params) => {
  const node = { id: 'wait', type, params, timeoutMs: 60_000 }
  const runId = await world.start(
    await world.publish({ nodes: [node], edges: [{ from: 'start', to: 'wait' }] }),
  )
  const waiting = await waitFor(async () => (await world.events(runId)).find(isWaiting), { what: 'the wait' })
  const { wait } = waiting
  expect('dueAt' in wait && (wait.dueAt ?? 0) - waiting.at).toBeGreaterThan(0)
  expect('dueAt' in wait && (wait.dueAt ?? 0) - waiting.at).toBeLessThanOrEqual(60_000)
})

const isWaiting = (event: RunEvent): event is Extract<RunEvent, { type: 'step_waiting' }> =>
  event.type === 'step_waiting'
