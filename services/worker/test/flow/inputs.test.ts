import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from '../durability/world.js'
import { play, transform } from './play.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.worker()
}, 120_000)
afterAll(() => world.end(), 60_000)

const merge = (mode: string) => ({ id: 'm', type: 'flow.merge', params: { mode } })
const fork = [
  { from: 'start', to: 'a' },
  { from: 'start', to: 'b' },
]

/**
 *           ┌▶ a ─(when)┐
 *  start ───┤           ├▶ m
 *           └▶ b ───────┘
 */
describe('a step takes its inputs from the edges that were taken', () => {
  test.each([
    ['false', 'first', 'B'],
    ['false', 'array', ['B']],
    ['false', 'object', { b: 'B' }],
    ['true', 'first', 'A'],
    ['true', 'object', { a: 'A', b: 'B' }],
  ])('with an edge whose condition is %s, merged as %s', async (when, mode, expected) => {
    const nodes = [transform('a', '"A"'), transform('b', '"B"'), merge(mode)]
    const run = await play(world, nodes, null, [
      ...fork,
      { from: 'a', to: 'm', when },
      { from: 'b', to: 'm' },
    ])
    expect(run.output('m')).toEqual(expected)
  })

  test('by the error port too: what a failed step gives is its error', async () => {
    const a = { ...transform('a', '$error("no")'), onError: 'route' as const }
    const nodes = [a, transform('b', '"B"'), merge('object')]
    const edges = [...fork, { from: 'a', port: 'error', to: 'm' }, { from: 'b', to: 'm' }]
    const run = await play(world, nodes, null, edges)
    expect(run.output('m')).toEqual({
      a: { error: expect.objectContaining({ code: 'EXPRESSION_FAILED' }) },
      b: 'B',
    })
  })

  test('a script is given them as `inputs`', async () => {
    const script = { id: 'm', type: 'transform.script', params: { code: 'return Object.keys(inputs)' } }
    const nodes = [transform('a', '"A"'), transform('b', '"B"'), script]
    const edges = [...fork, { from: 'a', to: 'm', when: 'false' }, { from: 'b', to: 'm' }]
    expect((await play(world, nodes, null, edges)).output('m')).toEqual(['b'])
  })

  test('two edges of one step count once', async () => {
    const both = {
      id: 'a',
      type: 'flow.switch',
      params: {
        mode: 'all',
        cases: [
          { when: 'true', port: 'x' },
          { when: 'true', port: 'y' },
        ],
      },
    }
    const edges = [
      { from: 'start', to: 'a' },
      { from: 'a', port: 'x', to: 'm' },
      { from: 'a', port: 'y', to: 'm' },
    ]
    const run = await play(world, [both, merge('array')], null, edges)
    expect(run.output('m')).toEqual([{ matched: ['x', 'y'] }])
  })

  test('a merge right after the trigger has its output', async () => {
    expect((await play(world, [merge('first')], { id: 7 })).output('m')).toEqual({ id: 7 })
  })

  /** `b` comes first in time, `a` in the order of the edges. */
  test('with `join: any` from the one that began the step, whatever came since', async () => {
    const slow = { id: 'a', type: 'flow.delay', params: { delayMs: 300 } }
    const m = { ...merge('array'), join: 'any' as const }
    const edges = [...fork, { from: 'a', to: 'm' }, { from: 'b', to: 'm' }]
    const run = await play(world, [slow, transform('b', '"B"'), m], null, edges)
    expect(run.output('m')).toEqual(['B'])
  })
})

/** start ─▶ each[ … ]: a body of pure steps leaves one event a page when there are many items. */
describe('a map of 1,001 items does as one of three', () => {
  const items = (count: number) => Array.from({ length: count }, (_, index) => index)
  const bodies = {
    'a merge that nothing leads to': { nodes: [merge('object')] },
    'a merge of two, one of them not taken': {
      nodes: [transform('a', 'item'), transform('b', 'item + 1'), merge('object')],
      edges: [
        { from: 'a', to: 'm', when: 'item < 0' },
        { from: 'b', to: 'm' },
      ],
    },
    'an error that is gone on with, on a condition': {
      nodes: [
        { ...transform('a', '$error("no")'), onError: 'continue' as const },
        transform('b', 'steps.a.output.error.code'),
      ],
      edges: [{ from: 'a', to: 'b', when: '$exists(steps.a.output.error)' }],
    },
    'an error port that nothing comes by': {
      nodes: [{ ...transform('a', 'item'), onError: 'route' as const }, transform('b', '"sorry"')],
      edges: [{ from: 'a', port: 'error', to: 'b' }],
    },
  }

  test.each(Object.entries(bodies))('%s', async (_name, body) => {
    const each = { id: 'each', type: 'flow.map', params: { items: '{{ trigger }}', concurrency: 100 }, body }
    const few = (await play(world, [each], items(3))).output('each')
    const count = { id: 'each', type: 'flow.map', params: { items: '{{ trigger }}' }, body }
    const many = (await play(world, [count], items(1_001))).output('each')
    expect(Array.isArray(many) && many.slice(0, 3)).toEqual(few)
    expect(many).toHaveLength(1_001)
  })
})
