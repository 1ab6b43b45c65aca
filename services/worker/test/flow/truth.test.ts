import type { Json } from '@millrace/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from '../durability/world.js'
import { play, transform } from './play.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.worker()
}, 120_000)
afterAll(() => world.end(), 60_000)

const VALUES: readonly (readonly [Json, boolean])[] = [
  [0, false],
  [-1, true],
  ['', false],
  ['false', true],
  [null, false],
  [false, false],
  [[], false],
  [[0, ''], false],
  [[0, 1], true],
  [{}, false],
  [{ a: null }, true],
]

/** start ─▶ condition, filter, switch, repeat; start ─(when)▶ taken: all say the same of one value. */
describe('one rule of truth', () => {
  const once = { nodes: [transform('pass', 'index')] }
  const nodes = [
    { id: 'condition', type: 'flow.condition', params: { if: 'trigger.v' } },
    { id: 'filter', type: 'flow.filter', params: { items: [1], where: 'trigger.v' } },
    { id: 'switch', type: 'flow.switch', params: { cases: [{ when: 'trigger.v', port: 'yes' }] } },
    {
      id: 'repeat',
      type: 'flow.repeat',
      params: { until: 'trigger.v', maxIterations: 1 },
      body: once,
      onError: 'continue' as const,
    },
    transform('taken', '"taken"'),
  ]
  const edges = nodes.map(({ id }) => ({
    from: 'start',
    to: id,
    ...(id === 'taken' && { when: 'trigger.v' }),
  }))

  test.each([...VALUES, [undefined, false] as const])('%j is %s', async (v, truth) => {
    const run = await play(world, nodes, v === undefined ? {} : { v }, edges)
    expect(run.output('condition')).toEqual({ result: truth })
    expect(run.output('filter')).toEqual(truth ? [1] : [])
    expect(run.output('switch')).toEqual({ matched: truth ? ['yes'] : [] })
    expect(run.output('repeat')).toEqual(
      truth ? 0 : { error: expect.objectContaining({ code: 'ITERATIONS_EXHAUSTED' }) },
    )
    expect(run.output('taken')).toBe(truth ? 'taken' : undefined)
  })
})

test('the condition of a repeat may stand in braces, as any expression may', async () => {
  const body = { nodes: [transform('pass', 'index')] }
  const run = await play(world, [
    { id: 'repeat', type: 'flow.repeat', params: { until: '{{ item >= 2 }}' }, body },
  ])
  expect(run.output('repeat')).toBe(2)
})
