import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from '../durability/world.js'
import { play, transform } from './play.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.worker()
}, 120_000)
afterAll(() => world.end(), 60_000)

const order = (...skus: readonly string[]) => ({ items: skus.map((sku) => ({ sku })) })

/** JSONata gives the lone value of a path that meets one, and nothing where it meets none. */
describe('a list of one, or of none', () => {
  /** start ─▶ each[ seen ] */
  test.each([
    ['none', order(), []],
    ['one', order('a'), ['a/0']],
    ['two', order('a', 'b'), ['a/0', 'b/1']],
    ['null', { items: { sku: null } }, []],
  ])('is the items of a map: %s', async (_name, input, expected) => {
    const body = { nodes: [transform('seen', 'item & "/" & index')] }
    const each = { id: 'each', type: 'flow.map', params: { items: '{{ trigger.items.sku }}' }, body }
    const run = await play(world, [each], input)
    expect(run.output('each')).toEqual(expected)
  })

  /** start ─▶ kept */
  test.each([
    [order(), []],
    [order('a'), ['a']],
    [order('b'), []],
    [order('a', 'b'), ['a']],
  ])('is what a filter goes through: %j', async (input, expected) => {
    const params = { items: '{{ trigger.items.sku }}', where: 'item = "a"' }
    const run = await play(world, [{ id: 'kept', type: 'flow.filter', params }], input)
    expect(run.output('kept')).toEqual(expected)
  })

  test('one that holds null, or a list, stays as it is', async () => {
    const body = { nodes: [transform('seen', 'index')] }
    const map = (id: string, items: string) => ({ id, type: 'flow.map', params: { items }, body })
    const run = await play(world, [map('each', '{{ trigger.nested }}')], { nested: [[1, 2], null] })
    expect(run.output('each')).toEqual([0, 1])
  })
})
