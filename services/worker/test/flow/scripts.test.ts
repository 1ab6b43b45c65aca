import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../durability/world.js'
import { play, transform } from './play.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.worker()
}, 120_000)
afterAll(() => world.end(), 60_000)

const script = (code: string, more: object = {}) => ({
  id: 'script',
  type: 'transform.script',
  params: { code },
  ...more,
})
const linesOf = (events: Awaited<ReturnType<typeof play>>['events']) =>
  events.flatMap((event) => (event.type === 'step_log' ? [event.message] : []))

test('what a script printed is in the events, also when it fails', async () => {
  const run = await play(world, [
    script('console.log("one", { a: 1 }); console.log("two"); throw new Error("no")'),
  ])
  expect(linesOf(run.events)).toEqual(['one {"a":1}', 'two'])
  expect(run.end).toMatchObject({
    status: 'failed',
    error: { code: 'SCRIPT_FAILED', message: 'Error: no (line 1)' },
  })
})

test('and when its time is over', async () => {
  const run = await play(world, [script('console.log("before"); for (;;);', { timeoutMs: 1_000 })])
  expect(linesOf(run.events)).toEqual(['before'])
  expect(run.end).toMatchObject({ status: 'failed', error: { code: 'STEP_TIMEOUT' } })
})

test('a long message is cut, with a mark', async () => {
  const run = await play(world, [script('throw new Error("x".repeat(1e7))')])
  if (run.end.error === undefined) throw new Error('it did not fail')
  expect(run.end.error.message).toHaveLength(16_384)
  expect(run.end.error.message).toMatch(/^Error: x+… \(cut\)$/)
})

test('integers beyond 2^53 go in and come out with their digits', async () => {
  const code = 'return { next: trigger.order + 1n, same: trigger.order, small: 5n }'
  const run = await play(world, [script(code)], { order: 9_007_199_254_740_993n })
  expect(run.output('script')).toEqual({
    next: 9_007_199_254_740_994n,
    same: 9_007_199_254_740_993n,
    small: 5,
  })
})

test('the time of a step does not run while it waits for its turn', async () => {
  const busy = Array.from({ length: 6 }, (_, i) => ({
    id: `busy${i}`,
    type: 'transform.script',
    params: { code: 'const end = Date.now() + 300; while (Date.now() < end); return 1' },
    timeoutMs: 20_000,
  }))
  const nodes = [...busy, script('return 1', { timeoutMs: 250 })]
  const run = await play(
    world,
    nodes,
    null,
    nodes.map(({ id }) => ({ from: 'start', to: id })),
  )
  expect(run.end.status).toBe('completed')
})

/** start ─▶ a ─▶ b ─▶ script, start ─▶ beside */
test('a script reads the steps that lead to it, however far away, as expressions do', async () => {
  const nodes = [
    transform('a', '{"n": 1}'),
    { ...transform('b', '$error("no")'), onError: 'route' as const },
    transform('beside', '"not before it"'),
    script(
      'return { steps: Object.keys(steps).sort(), a: steps.a.output.n, b: steps.b.error.code, of: [trigger.t, vars, typeof run.id] }',
    ),
  ]
  const edges = [
    { from: 'start', to: 'a' },
    { from: 'a', to: 'b' },
    { from: 'b', port: 'error', to: 'script' },
    { from: 'start', to: 'beside' },
  ]
  const run = await play(world, nodes, { t: 5 }, edges)
  expect(run.output('script')).toEqual({
    steps: ['a', 'b', 'start'],
    a: 1,
    b: 'EXPRESSION_FAILED',
    of: [5, {}, 'string'],
  })
})

/** start ─▶ a ─▶ each[ b ─▶ script ] */
test('in a body it reads the item, and what leads to the container', async () => {
  const code = 'return [item, index, steps.a.output, steps.b.output]'
  const each = {
    id: 'each',
    type: 'flow.map',
    params: { items: ['x', 'y'] },
    body: { nodes: [transform('b', '"b" & item'), script(code)], edges: [{ from: 'b', to: 'script' }] },
  }
  const run = await play(world, [transform('a', '"A"'), each])
  expect(run.output('each')).toEqual([
    ['x', 0, 'A', 'bx'],
    ['y', 1, 'A', 'by'],
  ])
})
