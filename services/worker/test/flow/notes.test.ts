import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../durability/world.js'
import { play, transform } from './play.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.worker()
}, 120_000)
afterAll(() => world.end(), 60_000)

const linesOf = ({ events }: Awaited<ReturnType<typeof play>>) =>
  events.flatMap((event) => (event.type === 'step_log' ? [`${event.path}: ${event.message}`] : []))
const NOTE = 'the text " 150" = the number 150 is false: text and number are never equal'

test('the record of a condition names both operands with their types where these decide', async () => {
  const condition = { id: 'check', type: 'flow.condition', params: { if: 'trigger.v = 150' } }
  expect(linesOf(await play(world, [condition], { v: ' 150' }))).toEqual([`check: ${NOTE}`])
  expect(linesOf(await play(world, [condition], { v: 150 }))).toEqual([])
  expect(linesOf(await play(world, [condition], { v: 151 }))).toEqual([])
})

test('so does that of the step which an edge leaves', async () => {
  const nodes = [transform('a', '1'), transform('b', '2')]
  const edges = [
    { from: 'start', to: 'a' },
    { from: 'a', to: 'b', when: 'trigger.v = 150' },
  ]
  expect(linesOf(await play(world, nodes, { v: ' 150' }, edges))).toEqual([`a: ${NOTE}`])
})

test('of a filter, once for all items, and of a switch', async () => {
  const filter = { id: 'keep', type: 'flow.filter', params: { items: [1, 1, 1], where: 'item = "1"' } }
  const choose = {
    id: 'choose',
    type: 'flow.switch',
    params: {
      value: '{{ trigger.v }}',
      cases: [
        { equals: 150, port: 'x' },
        { equals: 'other', port: 'y' },
      ],
    },
  }
  expect(linesOf(await play(world, [filter], null))).toEqual([
    'keep: the number 1 = the text "1" is false: number and text are never equal',
  ])
  expect(linesOf(await play(world, [choose], { v: '150' }))).toEqual([
    'choose: the text "150" = the number 150 is false: text and number are never equal',
  ])
  expect(linesOf(await play(world, [choose], { v: 'other' }))).toEqual([])
})
