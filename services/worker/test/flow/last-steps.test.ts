import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from '../durability/world.js'
import { play, transform } from './play.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.worker()
}, 120_000)
afterAll(() => world.end(), 60_000)

const routed = (id: string, expression: string) => ({
  ...transform(id, expression),
  onError: 'route' as const,
})
/** a ─(error)▶ sorry */
const nodes = [routed('a', 'trigger.fails ? $error("no") : "A"'), transform('sorry', '"sorry"')]
const edge = { from: 'a', port: 'error', to: 'sorry' }

describe('a step whose only edge is that of its error port, last of', () => {
  test.each([
    [{ fails: false }, 'A'],
    [{ fails: true }, 'sorry'],
  ])('a run: with %j', async (input, expected) => {
    const run = await play(world, nodes, input, [{ from: 'start', to: 'a' }, edge])
    expect(run.result).toEqual(expected)
  })

  test.each([
    [{ fails: false }, ['A', 'A']],
    [{ fails: true }, ['sorry', 'sorry']],
  ])('a body: with %j', async (input, expected) => {
    const body = { nodes, edges: [edge] }
    const run = await play(world, [{ id: 'each', type: 'flow.map', params: { items: [1, 2] }, body }], input)
    expect(run.output('each')).toEqual(expected)
  })

  test('a pass of a repeat, whose condition reads its output', async () => {
    const body = { nodes: [routed('a', 'index'), transform('sorry', '"sorry"')], edges: [edge] }
    const run = await play(world, [{ id: 'again', type: 'flow.repeat', params: { until: 'item = 2' }, body }])
    expect(run.output('again')).toBe(2)
  })
})

/** a ─(error)▶ c ◀─ b: what it would have led to has run all the same, and is the last one. */
test('it is not the last where the step it leads to has run', async () => {
  const run = await play(world, [routed('a', '"A"'), transform('b', '"B"'), transform('c', '"C"')], null, [
    { from: 'start', to: 'a' },
    { from: 'start', to: 'b' },
    { from: 'a', port: 'error', to: 'c' },
    { from: 'b', to: 'c' },
  ])
  expect(run.result).toBe('C')
})
