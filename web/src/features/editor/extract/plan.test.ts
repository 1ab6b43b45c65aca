import type { Json, JsonObject } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { readDocument, writeDocument } from '../document/json.js'
import { applyPatch, invertPatch } from '../document/patch.js'
import { nodeTypesForTests as types } from '../document/test-node-types.js'
import { checkLocally } from '../problems/local-checks.js'
import { type Plan, planExtraction } from './plan.js'

const json = (id: string, value: Json, more: JsonObject = {}) => ({
  id,
  type: 'transform.json',
  params: { value },
  ...more,
})
const edge = (from: string, to: string, port = 'main', when?: string) => ({
  from,
  to,
  port,
  ...(when === undefined ? {} : { when }),
})

//                      ┌─true──► greet ─┐
// hook ─► fetch ─► vip ┤                ├─► after ─► last
//                      └─false─► plain ─┘
const nodes: readonly JsonObject[] = [
  { id: 'hook', type: 'trigger.webhook', params: { path: 'orders' } },
  { id: 'fetch', type: 'http.request', params: { url: 'https://x.example/{{ trigger.body.id }}' } },
  { id: 'vip', type: 'flow.condition', params: { if: 'steps.fetch.output.spend > vars.limit' } },
  json('greet', 'Dear {{ steps.fetch.output.name }} of {{ trigger.body.country }}'),
  json('plain', { state: '{{ steps.fetch.status }}' }),
  json('after', '{{ [steps.greet.output, steps.plain.status] }}'),
  json('last', '{{ steps.after.output }}'),
]
const edges = [
  edge('hook', 'fetch'),
  edge('fetch', 'vip', 'main', 'trigger.body.id > 0'),
  edge('vip', 'greet', 'true'),
  edge('vip', 'plain', 'false'),
  edge('greet', 'after', 'main', '$exists(steps.greet.output)'),
  edge('plain', 'after', 'main', '$exists(steps.greet.output)'),
  edge('after', 'last'),
]

const documentOf = (more: readonly JsonObject[] = [], links: readonly JsonObject[] = [], given = nodes) =>
  readDocument({
    format: 'millrace/v1',
    name: 'orders',
    nodes: [...given, ...more],
    edges: [...edges, ...links],
    vars: { limit: 100 },
    ui: { positions: { vip: { x: 600, y: 40 }, greet: { x: 900, y: 0 }, plain: { x: 900, y: 100 } } },
  }).document

const document = documentOf()

const planOf = (ids: readonly string[], of = document): Plan => {
  const planned = planExtraction(of, types, new Set(ids))
  if (!('plan' in planned)) throw new Error(planned.refusals.join(' '))
  return planned.plan
}
const refusals = (ids: readonly string[], of = document): readonly string[] => {
  const planned = planExtraction(of, types, new Set(ids))
  return 'plan' in planned ? [] : planned.refusals
}
const nodeIn = (definition: JsonObject, id: string): JsonObject | undefined =>
  (definition['nodes'] as readonly JsonObject[]).find((node) => node['id'] === id)

describe('a condition and both its branches', () => {
  const plan = planOf(['vip', 'greet', 'plain'])
  const child = plan.definition('greeting')
  const { patch, call } = plan.replace('greeting')
  const after = applyPatch(document, patch)
  const parent = writeDocument(after)

  test('what it reads becomes the input, what is read of it the output', () => {
    expect(plan.inputs).toEqual([
      { key: 'fetch', step: 'fetch', whole: true },
      { key: 'trigger', step: undefined, whole: false },
    ])
    expect(plan.outputs).toEqual([
      { key: 'greet', step: 'greet', whole: false },
      { key: 'plain', step: 'plain', whole: true },
    ])
    expect(plan.suggestedName).toBe('vip to plain')
  })

  test('the new workflow begins with the call, reads its input, and ends with what is read of it', () => {
    expect(child).toEqual({
      format: 'millrace/v1',
      name: 'greeting',
      description: 'Called by orders.',
      vars: { limit: 100 },
      nodes: [
        { id: 'call', type: 'trigger.call', params: {} },
        { id: 'vip', type: 'flow.condition', params: { if: 'trigger.fetch.output.spend > vars.limit' } },
        json('greet', 'Dear {{ trigger.fetch.output.name }} of {{ trigger.trigger.body.country }}'),
        json('plain', { state: '{{ trigger.fetch.status }}' }),
        json('result', { greet: '{{ steps.greet.output }}', plain: '{{ steps.plain }}' }),
      ],
      edges: [
        edge('call', 'vip'),
        edge('vip', 'greet', 'true'),
        edge('vip', 'plain', 'false'),
        edge('greet', 'result'),
        edge('plain', 'result'),
      ],
      ui: {
        positions: {
          vip: { x: 600, y: 40 },
          greet: { x: 900, y: 0 },
          plain: { x: 900, y: 100 },
          call: { x: 300, y: 40 },
          result: { x: 1200, y: 40 },
        },
      },
    })
  })

  test('the call stands where the nodes were, with one connection for all that led on', () => {
    expect(nodeIn(parent, call)).toEqual({
      id: 'call',
      type: 'workflow.call',
      name: 'greeting',
      params: { workflow: 'greeting', input: { fetch: '{{ steps.fetch }}', trigger: '{{ trigger }}' } },
    })
    expect(parent['edges']).toEqual([
      edge('hook', 'fetch'),
      edge('after', 'last'),
      edge('fetch', 'call', 'main', 'trigger.body.id > 0'),
      edge('call', 'after', 'main', '$exists(steps.call.output.greet)'),
    ])
    expect(nodeIn(parent, 'after')).toEqual(
      json('after', '{{ [steps.call.output.greet, steps.call.output.plain.status] }}'),
    )
    expect(after.positions.get(call)).toEqual({ x: 600, y: 40 })
  })

  test('both are sound, and one undo brings the nodes back', () => {
    expect([checkLocally(child, types), checkLocally(parent, types)]).toEqual([[], []])
    expect(writeDocument(applyPatch(after, invertPatch(patch)))).toEqual(writeDocument(document))
  })

  test('it says what will be different', () =>
    expect(plan.notes).toEqual(['The variables are copied: each workflow has its own from then on.']))
})

test('what nothing reads needs no result: the new workflow gives what its last nodes give', () => {
  const plan = planOf(['last'])
  expect(plan.definition('end')).toMatchObject({
    nodes: [{ type: 'trigger.call' }, json('last', '{{ trigger.after }}')],
    edges: [edge('call', 'last')],
  })
  expect(plan.outputs).toEqual([])
  expect(plan.notes).toEqual([])
})

test('every way of a run leads to the result, also the one that ends within', () => {
  // fetch ─► check ─true─► kept        (false ends here)
  //   └────► more ─► all
  const of = documentOf(
    [
      { id: 'check', type: 'flow.condition', params: { if: 'true' } },
      json('kept', '{{ run.id }}'),
      json('more', '{{ steps.fetch.output }}'),
      json('all', '{{ steps.more.output }}'),
    ],
    [edge('fetch', 'check'), edge('check', 'kept', 'true'), edge('fetch', 'more'), edge('more', 'all')],
  )
  const plan = planOf(['check', 'kept', 'more'], of)
  expect(plan.definition('x')['edges']).toEqual([
    edge('call', 'check'),
    edge('call', 'more'),
    edge('check', 'kept', 'true'),
    edge('check', 'result', 'false'),
    edge('kept', 'result'),
    edge('more', 'result'),
  ])
  expect(plan.notes).toEqual([
    'run then means that of the new workflow.',
    'The output of this workflow no longer names kept.',
  ])
})

test('containers go with their bodies', () => {
  const each = {
    id: 'each',
    type: 'flow.map',
    params: { items: '{{ steps.fetch.output.orders }}' },
    body: { nodes: [json('price', '{{ item.price * trigger.rate * steps.fetch.output.rate }}')], edges: [] },
  }
  const of = documentOf([each], [edge('fetch', 'each')])
  const plan = planOf(['each'], of)
  expect(plan.count).toBe(2)
  expect(nodeIn(plan.definition('x'), 'each')).toMatchObject({
    params: { items: '{{ trigger.fetch.orders }}' },
    body: { nodes: [json('price', '{{ item.price * trigger.trigger.rate * trigger.fetch.rate }}')] },
  })
})

describe('scripts find what they read in their globals', () => {
  const script = (id: string, code: string) => ({ id, type: 'transform.script', params: { code } })
  const of = documentOf(
    [script('one', 'return inputs.fetch.n + trigger.m'), script('two', 'return steps.one.output')],
    [edge('fetch', 'one'), edge('one', 'two')],
  )
  const run = (definition: JsonObject, id: string, globals: JsonObject): unknown => {
    const code = String((nodeIn(definition, id) as { params?: JsonObject }).params?.['code'])
    // As in the sandbox: a function body, its globals members of globalThis.
    return new Function('globalThis', `with (globalThis) return (function () {\n${code}\n})()`)(globals)
  }

  test('of the new workflow, and of the one that calls', () => {
    const plan = planOf(['one'], of)
    const child = plan.definition('x')
    expect(
      run(child, 'one', { trigger: { fetch: { n: 1 }, trigger: { m: 2 } }, steps: {}, inputs: {} }),
    ).toBe(3)
    const parent = writeDocument(applyPatch(of, plan.replace('x').patch))
    expect(run(parent, 'two', { steps: { call: { output: { one: 7 } } } })).toBe(7)
  })

  test('of a step far before it, which it names', () => {
    const far = documentOf(
      [script('one', 'return 1'), script('two', 'return steps.fetch.output.n + steps["one"].output')],
      [edge('fetch', 'one'), edge('one', 'two')],
    )
    const child = planOf(['two'], far).definition('x')
    const globals = { trigger: { fetch: { n: 1 }, one: 2 }, steps: {}, inputs: {} }
    expect(run(child, 'two', globals)).toBe(3)
  })

  test('one that reads neither stays as it was', () =>
    expect(
      nodeIn(
        planOf(['two'], documentOf([script('two', 'return 1')], [edge('fetch', 'two')])).definition('x'),
        'two',
      ),
    ).toEqual(script('two', 'return 1')))
})

describe('refused is', () => {
  const merge = { id: 'merge', type: 'flow.merge', params: {} }
  test.each([
    ['nothing', [], document, 'Select the nodes'],
    ['a trigger', ['hook', 'fetch'], document, 'hook is a trigger'],
    [
      'a node with several ways out',
      ['vip'],
      document,
      'greet and plain do not follow every time, and a call has one way out: select what follows, too, or leave out vip, which goes on at true and false.',
    ],
    [
      'one that does not run every time',
      ['vip', 'greet'],
      document,
      'plain and after do not follow every time, and a call has one way out: select what follows, too, or leave out vip, which goes on at true and false.',
    ],
    ['what others run between', ['fetch', 'greet', 'plain'], document, 'vip runs between'],
    ['entries of different ways', ['greet', 'plain', 'after'], document, 'begin by different connections'],
    ['what nothing leads to', ['alone'], documentOf([json('alone', 1)]), 'Nothing leads to alone'],
    [
      'a node in a container',
      ['inner'],
      documentOf(
        [{ id: 'each', type: 'flow.map', params: {}, body: { nodes: [json('inner', 1)], edges: [] } }],
        [edge('fetch', 'each')],
      ),
      'inner stands in a container',
    ],
    [
      'what ends the run',
      ['stop'],
      documentOf([{ id: 'stop', type: 'flow.stop', params: {} }], [edge('fetch', 'stop')]),
      'stop ends the run',
    ],
    [
      'what answers',
      ['say'],
      documentOf([{ id: 'say', type: 'http.respond', params: {} }], [edge('fetch', 'say')]),
      'say answers the caller',
    ],
    [
      'what is undone',
      ['book'],
      documentOf([json('book', 1, { compensate: 'free' }), json('free', 2)], [edge('fetch', 'book')]),
      'book is undone',
    ],
    [
      'what undoes',
      ['free'],
      documentOf([json('book', 1, { compensate: 'free' }), json('free', 2)], [edge('fetch', 'book')]),
      'book is undone',
    ],
    [
      'a merge of what stays',
      ['merge'],
      documentOf([merge], [edge('fetch', 'merge')]),
      'merge takes its inputs by',
    ],
    [
      'what leads to a merge',
      ['last'],
      documentOf([merge], [edge('last', 'merge')]),
      'merge takes its inputs by',
    ],
    [
      'an expression that names no step',
      ['all'],
      documentOf([json('all', '{{ $keys(steps) }}')], [edge('fetch', 'all')]),
      'all reads steps without naming them ($keys(steps))',
    ],
    [
      'a reader that names no step',
      ['after'],
      documentOf([json('all', '{{ $keys(steps) }}')], [edge('last', 'all')]),
      'all reads steps without naming them',
    ],
    [
      'what does not parse',
      ['odd'],
      documentOf([json('odd', '{{ 1 + }}')], [edge('fetch', 'odd')]),
      'odd holds an expression that does not parse',
    ],
    [
      'a wait whose address is given out elsewhere',
      ['waits'],
      documentOf(
        [json('mail', '{{ run.resumeUrls.waits }}'), json('waits', 1)],
        [edge('mail', 'waits'), edge('fetch', 'mail')],
      ),
      'mail gives out the address that resumes waits',
    ],
    [
      'what gives out the address of a wait elsewhere',
      ['mail'],
      documentOf(
        [json('mail', '{{ run.resumeUrls.`waits` }}'), json('waits', 1)],
        [edge('mail', 'waits'), edge('fetch', 'mail')],
      ),
      'mail gives out the address that resumes waits',
    ],
    [
      'different conditions to one node',
      ['one', 'two'],
      documentOf(
        [json('one', 1), json('two', 2), json('three', 3)],
        [
          edge('fetch', 'one'),
          edge('fetch', 'two'),
          edge('one', 'three', 'main', 'true'),
          edge('two', 'three', 'main', 'false'),
        ],
      ),
      'Connections with different conditions lead to three',
    ],
  ])('%s', (_, ids, of, words) => expect(refusals(ids, of).join(' ')).toContain(words))

  test('no reader before the selection, whatever it reads', () =>
    expect(
      refusals(['last'], documentOf([json('all', '{{ $keys(steps) }}')], [edge('fetch', 'all')])),
    ).toEqual([]))
})

test('without the node types that it takes nothing is made', () =>
  expect(planExtraction(document, new Map(), new Set(['last']))).toEqual({
    refusals: ['This server has no node of type workflow.call, trigger.call, transform.json.'],
  }))
