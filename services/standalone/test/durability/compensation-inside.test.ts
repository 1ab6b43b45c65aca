import type { Json, RetryPlan, Run } from '@millrace/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, story, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.end())

const post = (id: string, path: string, more: object = {}, body: Json = {}) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${path}`, body },
  ...more,
})

/**
 *   start ──▶ orders[ open ──▶ lines[ reserve ] ] ──▶ ship
 *                                       ┆
 *                                    release
 */
const publish = (items: Json, more: object = {}) => {
  const released = {
    order: '{{ steps.open.output.name }}',
    reserved: '{{ steps.reserve.output.body.id }}',
    line: '{{ item }}',
    index: '{{ index }}',
  }
  const lines = {
    id: 'lines',
    type: 'flow.map',
    params: { items: '{{ steps.open.output.lines }}', concurrency: 1 },
    body: {
      nodes: [
        post('reserve', 'reserve/{{ item }}', { compensate: 'release' }),
        post('release', 'release/{{ item }}', {}, released),
      ],
    },
  }
  const open = { id: 'open', type: 'transform.json', params: { expression: 'item' } }
  const orders = {
    id: 'orders',
    type: 'flow.map',
    params: { items, concurrency: 1 },
    body: { nodes: [open, lines], edges: [{ from: 'open', to: 'lines' }] },
    ...more,
  }
  return world.publish({ nodes: [orders, post('ship', 'ship')] })
}

const ORDERS = [
  { name: 'A', lines: ['a0', 'a1'] },
  { name: 'B', lines: ['b0'] },
]

const failing = (path: string) => world.upstream.on(path, (call) => call.answer({}, 400))
const reserving = (...lines: string[]) => {
  for (const line of lines) world.upstream.on(`/reserve/${line}`, (call) => call.answer({ id: `R-${line}` }))
}
const released = () => world.upstream.calls.filter(({ path }) => path.startsWith('/release/'))
const bodies = () => released().map(({ body }) => JSON.parse(body))

const linked = async (runId: string, how: 'undo' | 'retry', body: object = {}) =>
  (await world.post(`/runs/${runId}/${how}`, body)).json<{ run: Run; plan: RetryPlan; code?: string }>()

const PATIENCE = 180_000

describe('a run that fails behind a container (D20)', () => {
  it(
    'undoes the steps of its items, the latest first, with what they read then',
    async () => {
      await world.worker()
      reserving('a0', 'a1', 'b0')
      failing('/ship')
      const runId = await world.start(await publish(ORDERS))
      expect(await ended(world, runId, 60_000)).toBe('failed')
      expect((await world.run(runId)).error).toMatchObject({ code: 'HTTP_STATUS' })
      expect(bodies()).toEqual([
        { order: 'B', reserved: 'R-b0', line: 'b0', index: 0 },
        { order: 'A', reserved: 'R-a1', line: 'a1', index: 1 },
        { order: 'A', reserved: 'R-a0', line: 'a0', index: 0 },
      ])
      const events = await world.events(runId)
      expect(events.filter(({ type }) => type === 'run_compensating')).toMatchObject([
        { paths: [], error: { code: 'HTTP_STATUS' } },
        { paths: ['orders[1].lines[0].release', 'orders[0].lines[1].release', 'orders[0].lines[0].release'] },
      ])
      expect(story(events).filter((line) => line.includes('skipped'))).toEqual([])
    },
    PATIENCE,
  )

  it(
    'goes on where a killed worker was, and undoes nothing twice (I2, I5)',
    async () => {
      const worker = await world.worker({ LEASE_MS: '2000' })
      world.scheduler()
      failing('/ship')
      world.upstream.hold('/release/a1')
      const runId = await world.start(await publish(ORDERS))
      await world.upstream.nth('/release/a1', 1, 60_000)
      worker.kill('SIGKILL')
      await worker.exited
      await world.worker()
      ;(await world.upstream.nth('/release/a1', 2, 60_000)).answer()
      expect(await ended(world, runId, 60_000)).toBe('failed')
      expect(released().map(({ path }) => path)).toEqual([
        '/release/b0',
        '/release/a1',
        '/release/a1',
        '/release/a0',
      ])
      const keys = world.upstream.to('/release/a1').map(({ key }) => key)
      expect(keys).toEqual(Array(2).fill(`${runId}:orders[0].lines[1].release`))
    },
    PATIENCE,
  )

  it(
    'undoes what an item has done that itself fails',
    async () => {
      await world.worker()
      failing('/reserve/a1')
      const runId = await world.start(await publish(ORDERS))
      expect(await ended(world, runId, 60_000)).toBe('failed')
      expect((await world.run(runId)).error).toMatchObject({ code: 'ITEM_FAILED' })
      expect(released().map(({ path }) => path)).toEqual(['/release/a0'])
    },
    PATIENCE,
  )

  it(
    'is retried from the container on, whose items are no more',
    async () => {
      await world.worker()
      failing('/ship')
      const runId = await world.start(await publish(ORDERS))
      expect(await ended(world, runId, 60_000)).toBe('failed')
      world.upstream.on('/ship', (call) => call.answer())
      const refused = await linked(runId, 'retry')
      expect(refused).toMatchObject({ code: 'CONFIRM_REQUIRED', repeatedWrites: ['orders'] })
      const { run, plan } = await linked(runId, 'retry', { confirm: true })
      expect(plan.runs.map(({ path }) => path)).toEqual(['orders', 'ship'])
      expect(await ended(world, run.id, 60_000)).toBe('completed')
      expect(world.upstream.to('/reserve/a0').map(({ key }) => key)).toEqual(
        [runId, run.id].map((id) => `${id}:orders[0].lines[0].reserve`),
      )
    },
    PATIENCE,
  )
})

it(
  'a map of more than a thousand items is undone page by page, also when its items stand in payloads',
  async () => {
    await world.worker()
    failing('/ship')
    const count = 1_200
    const version = await world.publish({
      nodes: [
        {
          id: 'each',
          type: 'flow.map',
          params: { items: `{{ [1..${count}] }}` },
          body: {
            nodes: [
              { id: 'add', type: 'transform.json', params: { expression: 'item * 2' }, compensate: 'sub' },
              { id: 'sub', type: 'transform.json', params: { expression: '[item, steps.add.output]' } },
            ],
          },
        },
        post('ship', 'ship'),
      ],
    })
    const runId = await world.start(version)
    expect(await ended(world, runId, 120_000)).toBe('failed')
    const events = await world.events(runId)
    const undone = events.flatMap((event) =>
      event.type === 'step_succeeded' && event.path.endsWith('.sub') ? [event.output] : [],
    )
    expect(undone).toHaveLength(count)
    expect(undone).toContainEqual([1, 2])
    expect(undone.every((pair) => Array.isArray(pair) && pair[1] === 2 * Number(pair[0]))).toBe(true)
    expect(events.filter(({ type }) => type === 'run_compensating').length).toBeGreaterThan(2)
  },
  PATIENCE,
)

/** start ──▶ loop[ charge ] : three times; `charge` is undone by `refund`, which reads what the pass before gave */
it(
  'undo of a completed run goes through the passes of a repeat, the latest first, and tries again what is left',
  async () => {
    await world.worker()
    const charge = { id: 'charge', type: 'transform.json', params: { expression: 'index' } }
    const refund = post(
      'refund',
      'refund/{{ index }}',
      {},
      { charged: '{{ steps.charge.output }}', before: '{{ item }}' },
    )
    const version = await world.publish({
      nodes: [
        {
          id: 'loop',
          type: 'flow.repeat',
          params: { until: 'index = 2' },
          body: { nodes: [{ ...charge, compensate: 'refund' }, refund] },
        },
      ],
    })
    const runId = await world.start(version)
    expect(await ended(world, runId, 60_000)).toBe('completed')
    failing('/refund/1')
    const first = await linked(runId, 'undo')
    expect(first.plan.runs.map(({ path }) => path)).toEqual([2, 1, 0].map((pass) => `loop[${pass}].refund`))
    expect(await ended(world, first.run.id, 60_000)).toBe('failed')
    expect((await world.run(first.run.id)).error).toMatchObject({
      code: 'COMPENSATION_FAILED',
      details: { failed: ['loop[1].refund'] },
    })
    world.upstream.on('/refund/1', (call) => call.answer())
    const second = await linked(runId, 'undo')
    expect(await ended(world, second.run.id, 60_000)).toBe('completed')
    const calls = world.upstream.calls.filter(({ path }) => path.startsWith('/refund/'))
    expect(calls.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
      ['/refund/2', { charged: 2, before: 1 }],
      ['/refund/1', { charged: 1, before: 0 }],
      ['/refund/0', { charged: 0 }],
      ['/refund/1', { charged: 1, before: 0 }],
    ])
    expect(new Set(world.upstream.to('/refund/1').map(({ key }) => key)).size).toBe(1)
  },
  PATIENCE,
)

/** start ──▶ each[ make ] : `drop` undoes `make`, whose output is too large for its event */
it(
  'undo reads large outputs of items where they are: with the run that made them (D21)',
  async () => {
    await world.worker()
    const make = {
      id: 'make',
      type: 'transform.json',
      params: { expression: "$pad('', 300000 + item, 'x')" },
    }
    const drop = post('drop', 'drop/{{ item }}', {}, { length: '{{ $length(steps.make.output) }}' })
    const version = await world.publish({
      nodes: [
        {
          id: 'each',
          type: 'flow.map',
          params: { items: [1, 2], concurrency: 1 },
          body: { nodes: [{ ...make, compensate: 'drop' }, drop] },
        },
      ],
    })
    const runId = await world.start(version)
    expect(await ended(world, runId, 60_000)).toBe('completed')
    const { run } = await linked(runId, 'undo')
    expect(await ended(world, run.id, 60_000)).toBe('completed')
    const calls = world.upstream.calls.filter(({ path }) => path.startsWith('/drop/'))
    expect(calls.map(({ path, body, key }) => [path, JSON.parse(body), key])).toEqual([
      ['/drop/2', { length: 300_002 }, `${runId}:each[1].drop`],
      ['/drop/1', { length: 300_001 }, `${runId}:each[0].drop`],
    ])
  },
  PATIENCE,
)
