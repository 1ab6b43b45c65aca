import { readFileSync } from 'node:fs'
import { type DefinitionInput, definition, type Json, type RunEvent } from '@millrace/contracts'
import { validateDefinition } from '@millrace/engine'
import { createExpressionChecker } from '@millrace/expressions'
import { nodeCatalogue } from '@millrace/nodes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ended, openWorld, type World } from '../durability/world.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.worker()
}, 120_000)
afterAll(() => world.end(), 60_000)

type Nodes = DefinitionInput['nodes']

/** Plays a workflow that `start` triggers; edges lead from one node to the next unless given. */
async function play(nodes: Nodes, input: Json = null, edges = chain(nodes)): Promise<Played> {
  const version = await world.publish({
    nodes,
    edges: [{ from: 'start', to: nodes[0]!.id }, ...edges],
  })
  const runId = await world.start(version, input)
  await ended(world, runId)
  const events = await world.events(runId)
  return { runId, events, output: (id) => outputOf(events, id), end: events.at(-1) }
}

interface Played {
  readonly runId: string
  readonly events: readonly RunEvent[]
  output(path: string): Json | undefined
  readonly end: RunEvent | undefined
}

const chain = (nodes: Nodes) => nodes.slice(1).map(({ id }, place) => ({ from: nodes[place]!.id, to: id }))

const outputOf = (events: readonly RunEvent[], path: string): Json | undefined =>
  events.flatMap((event) => (event.type === 'step_succeeded' && event.path === path ? [event.output] : []))[0]

const transform = (id: string, expression: string) => ({ id, type: 'transform.json', params: { expression } })

describe('flow.map', () => {
  /** start ─▶ base ─▶ each[ plus ─▶ text ] ─▶ sum */
  test('gives the results in the order of the items; the body reads item, index and the steps around it', async () => {
    const body = {
      nodes: [
        transform('plus', 'item + steps.base.output'),
        transform('text', `steps.plus.output & "/" & index`),
      ],
      edges: [{ from: 'plus', to: 'text' }],
    }
    const run = await play(
      [
        transform('base', '10'),
        { id: 'each', type: 'flow.map', params: { items: '{{ trigger }}' }, body },
        transform('after', '$count(steps.each.output)'),
      ],
      [1, 2, 3],
    )
    expect(run.output('each')).toEqual(['11/0', '12/1', '13/2'])
    expect(run.output('each[1].plus')).toBe(12)
    expect(run.output('after')).toBe(3)
  })

  /** start ─▶ outer[ inner[ cell ] ] */
  test('within another map', async () => {
    const inner = {
      id: 'inner',
      type: 'flow.map',
      params: { items: '{{ item }}' },
      body: { nodes: [transform('cell', 'item * 2')] },
    }
    const run = await play(
      [{ id: 'outer', type: 'flow.map', params: { items: '{{ trigger }}' }, body: { nodes: [inner] } }],
      [[1, 2], [], [3]],
    )
    expect(run.output('outer')).toEqual([[2, 4], [], [6]])
    expect(run.output('outer[2].inner[0].cell')).toBe(6)
  })

  /** start ─▶ each[ big? ─true▶ yes, ─false▶ no ] */
  test('an item with several ends gives an object of those that ran', async () => {
    const body = {
      nodes: [
        { id: 'big', type: 'flow.condition', params: { if: 'item > 1' } },
        transform('yes', '"y"'),
        transform('no', '"n"'),
      ],
      edges: [
        { from: 'big', port: 'true', to: 'yes' },
        { from: 'big', port: 'false', to: 'no' },
      ],
    }
    const run = await play(
      [{ id: 'each', type: 'flow.map', params: { items: '{{ trigger }}' }, body }],
      [1, 2],
    )
    expect(run.output('each')).toEqual([{ no: 'n' }, { yes: 'y' }])
  })

  test('of nothing completes with nothing', async () => {
    const run = await play([
      { id: 'each', type: 'flow.map', params: { items: [] }, body: { nodes: [transform('x', '1')] } },
    ])
    expect(run.output('each')).toEqual([])
    expect(run.end).toMatchObject({ type: 'run_finished', status: 'completed' })
  })

  const failing = { nodes: [transform('check', '$assert(item < 2, "too big")')] }

  test('fails with its first failed item', async () => {
    const run = await play(
      [{ id: 'each', type: 'flow.map', params: { items: '{{ trigger }}' }, body: failing }],
      [1, 2, 3],
    )
    expect(run.end).toMatchObject({ status: 'failed', error: { code: 'ITEM_FAILED', details: { index: 1 } } })
  })

  test('collects failed items as results', async () => {
    const run = await play(
      [
        {
          id: 'each',
          type: 'flow.map',
          params: { items: '{{ trigger }}', onItemError: 'collect' },
          body: failing,
        },
      ],
      [1, 2],
    )
    expect(run.output('each')).toMatchObject([null, { error: { code: 'EXPRESSION_FAILED' } }])
    expect(run.end).toMatchObject({ status: 'completed' })
  })

  test('of many pure items leaves one event a page, and its failed items are counted', async () => {
    const items = Array.from({ length: 2_500 }, (_, index) => index)
    const body = { nodes: [transform('double', '$assert(item != 1700, "no") ? 0 : item * 2')] }
    const run = await play(
      [
        { id: 'each', type: 'flow.map', params: { items: '{{ trigger }}', onItemError: 'collect' }, body },
        transform('last', '[steps.each.output[2499], $count(steps.each.output)]'),
      ],
      items,
    )
    const pages = run.events.flatMap((event) => (event.type === 'step_progressed' ? [event] : []))
    pages.sort((a, b) => a.page - b.page)
    expect(pages).toMatchObject([
      { page: 0, completed: 1_000, failed: 0 },
      { page: 1, completed: 999, failed: 1 },
      { page: 2, completed: 500, failed: 0 },
    ])
    expect(run.output('last')).toEqual([4_998, 2_500])
    expect(run.events.length).toBeLessThan(20)
  })

  test('of more than a page with steps of their own settles its pages', async () => {
    const items = Array.from({ length: 1_200 }, (_, index) => index)
    const body = {
      nodes: [
        { id: 'say', type: 'log.message', params: { message: '{{ item }}' } },
        transform('same', 'item'),
      ],
      edges: [{ from: 'say', to: 'same' }],
    }
    const run = await play(
      [
        { id: 'each', type: 'flow.map', params: { items: '{{ trigger }}', concurrency: 100 }, body },
        transform('last', 'steps.each.output[1199]'),
      ],
      items,
    )
    expect(run.events.filter(({ type }) => type === 'step_progressed')).toHaveLength(2)
    expect(run.output('last')).toBe(1_199)
    expect(run.events.map(({ seq }) => seq)).toEqual(run.events.map((_, place) => place + 1))
  })
})

describe('flow.repeat', () => {
  const repeat = (until: string, maxIterations = 10) => ({
    id: 'loop',
    type: 'flow.repeat',
    params: { until, maxIterations },
    body: { nodes: [transform('twice', 'index = 0 ? 1 : item * 2')] },
  })

  /** start ─▶ loop[ twice ]: 1, 2, 4, 8 */
  test('hands each pass the output of the one before, until its condition holds', async () => {
    const run = await play([repeat('item > 5 and steps.twice.output = item')])
    expect(run.output('loop')).toBe(8)
    expect(run.output('loop[2].twice')).toBe(4)
  })

  test('fails when it never holds', async () => {
    const run = await play([repeat('false', 3)])
    expect(run.end).toMatchObject({ status: 'failed', error: { code: 'ITERATIONS_EXHAUSTED' } })
    expect(run.output('loop[2].twice')).toBe(4)
  })
})

describe('flow.stop', () => {
  /** start ─▶ end, start ─▶ wait: a delay of a day */
  test('ends the run with its output, and cancels what waits beside it', async () => {
    const nodes = [
      { id: 'end', type: 'flow.stop', params: { output: { found: '{{ trigger }}' } } },
      { id: 'wait', type: 'flow.delay', params: { duration: '1d' } },
    ]
    const run = await play(nodes, 7, [{ from: 'start', to: 'wait' }])
    expect(run.end).toMatchObject({ status: 'completed', output: { found: 7 } })
  })

  /** start ─▶ each[ end ]: from inside of a map */
  test('fails the run with its message', async () => {
    const body = {
      nodes: [{ id: 'end', type: 'flow.stop', params: { status: 'failed', message: 'enough' } }],
    }
    const run = await play([{ id: 'each', type: 'flow.map', params: { items: [1] }, body }])
    expect(run.end).toMatchObject({ status: 'failed', error: { code: 'RUN_STOPPED', message: 'enough' } })
  })
})

/** start ─▶ each[ price ─▶ check ─true▶ large, ─false▶ small ] ─▶ halve[ half ] ─▶ done */
test('the example of docs/WORKFLOWS.md runs as it is described', async () => {
  const document = readFileSync(new URL('../../../../docs/WORKFLOWS.md', import.meta.url), 'utf8')
  const text = /```json\n(\{[^`]*"orders-in-bulk"[^`]*)```/.exec(document)?.[1]
  const { nodes, edges } = definition.parse(JSON.parse(text ?? 'null'))
  const { problems } = validateDefinition(
    JSON.parse(text ?? 'null'),
    nodeCatalogue(),
    createExpressionChecker(),
  )
  expect(problems).toEqual([])
  const orders = [
    { price: 60, count: 2 },
    { price: 5, count: 1 },
  ]
  const run = await play(nodes.slice(1), { orders }, edges.slice(1))
  expect(run.end).toMatchObject({
    status: 'completed',
    output: { results: [{ large: { large: 120 } }, { small: { small: 5 } }], last: 1 },
  })
})
