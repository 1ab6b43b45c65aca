import { describe, expect, test } from 'vitest'
import { convertLinear, isLinearDefinition } from '../../src/index.js'

const convert = (steps: object[], rest: object = {}) => convertLinear({ name: 'linear', steps, ...rest })

/** Nodes as `id:type`, edges as `from.port>to` with the main port left out. */
function inShort(steps: object[], rest: object = {}) {
  const { definition, problems } = convert(steps, rest)
  expect(problems).toEqual([])
  return {
    nodes: definition!.nodes.map(({ id, type }) => `${id}:${type}`),
    edges: definition!.edges.map(({ from, port, to }) =>
      port === undefined || port === 'main' ? `${from}>${to}` : `${from}.${port}>${to}`,
    ),
  }
}
const problemsOf = (steps: object[]) =>
  convert(steps).problems.map(({ code, pointer }) => `${code} ${pointer}`)

describe('isLinearDefinition', () => {
  test.each([
    [{ steps: [] }, true],
    [{ steps: [], nodes: [] }, false],
    [{ nodes: [] }, false],
    [null, false],
    ['steps', false],
  ])('%j: %s', (input, expected) => {
    expect(isLinearDefinition(input)).toBe(expected)
  })
})

describe('order', () => {
  // start ─▶ a ─▶ b ─▶ step3
  test('as listed, from a manual trigger', () => {
    expect(inShort([{ id: 'a', type: 'http' }, { name: 'b', type: 'delay' }, { type: 'log' }])).toEqual({
      nodes: ['start:trigger.manual', 'a:http.request', 'b:flow.delay', 'step3:log.message'],
      edges: ['start>a', 'a>b', 'b>step3'],
    })
  })

  //            ┌▶ b
  // start ─▶ a ┤        (c ends)
  //            └▶ c ─▶ d
  test('as next says: one, several, none', () => {
    const { edges } = inShort([
      { id: 'a', type: 'log', next: ['b', 'c'] },
      { id: 'b', type: 'log', next: null },
      { id: 'c', type: 'log', next: 'd' },
      { id: 'd', type: 'log' },
    ])
    expect(edges).toEqual(['start>a', 'a>b', 'a>c', 'c>d'])
  })

  test('by port', () => {
    const { edges } = inShort([
      { id: 'a', type: 'if', next: { true: 'b', false: 'c' } },
      { id: 'b', type: 'log', next: null },
      { id: 'c', type: 'log' },
    ])
    expect(edges).toEqual(['start>a', 'a.true>b', 'a.false>c'])
  })

  test('a condition in a list is a gate', () => {
    expect(
      inShort([
        { id: 'a', type: 'condition' },
        { id: 'b', type: 'log' },
      ]).edges,
    ).toEqual(['start>a', 'a.true>b'])
    expect(
      inShort([
        { id: 'a', type: 'flow.condition', next: ['b'] },
        { id: 'b', type: 'log' },
      ]).edges,
    ).toEqual(['start>a', 'a.true>b'])
  })

  test('no steps at all', () => {
    expect(inShort([])).toEqual({ nodes: ['start:trigger.manual'], edges: [] })
  })
})

describe('errors', () => {
  //            ┌▶ b
  // start ─▶ a
  //            └error▶ c
  test('a step to go to is reached by the error port, and not fallen into', () => {
    const steps = [
      { id: 'a', type: 'http', onError: 'c' },
      { id: 'b', type: 'log' },
      { id: 'c', type: 'log' },
    ]
    expect(inShort(steps).edges).toEqual(['start>a', 'a>b', 'a.error>c'])
    expect(convert(steps).definition?.nodes.map(({ onError }) => onError)).toEqual([
      undefined,
      'route',
      'fail',
      'fail',
    ])
  })

  test('continue and fail', () => {
    const { definition } = convert([
      { id: 'a', type: 'log', onError: 'continue' },
      { id: 'b', type: 'log', onError: 'fail' },
    ])
    expect(definition?.nodes.slice(1).map(({ onError }) => onError)).toEqual(['continue', 'fail'])
  })
})

describe('triggers', () => {
  test('the form has one', () => {
    expect(
      convert([{ id: 'a', type: 'log' }], { trigger: { type: 'webhook', path: 'x' } }).definition?.nodes[0],
    ).toEqual({
      id: 'start',
      type: 'trigger.webhook',
      params: { path: 'x' },
    })
  })

  test.each([
    ['params', { type: 'schedule', params: { cron: '* * * * *' } }, 'trigger.schedule'],
    ['config', { type: 'trigger.schedule', config: { cron: '* * * * *' } }, 'trigger.schedule'],
    ['an unknown type', { type: 'mail', params: { cron: '* * * * *' } }, 'trigger.mail'],
  ])('with %s', (_what, trigger, type) => {
    expect(convert([], { trigger }).definition?.nodes[0]).toEqual({
      id: 'start',
      type,
      params: { cron: '* * * * *' },
    })
  })

  test('one of the steps is one', () => {
    expect(
      inShort([
        { id: 'hook', type: 'webhook' },
        { id: 'a', type: 'log' },
      ]),
    ).toEqual({
      nodes: ['hook:trigger.webhook', 'a:log.message'],
      edges: ['hook>a'],
    })
  })

  test('its id gives way to a step called start', () => {
    expect(
      inShort([
        { id: 'start', type: 'log' },
        { id: 'start_2', type: 'log' },
      ]),
    ).toEqual({
      nodes: ['start_3:trigger.manual', 'start:log.message', 'start_2:log.message'],
      edges: ['start_3>start', 'start>start_2'],
    })
  })
})

describe('names', () => {
  test('become ids, no two the same; what is an id already stays', () => {
    const { definition } = convert([
      { name: 'fetch user', type: 'http', next: 'fetch-user' },
      { id: 'fetch_user', type: 'http' },
      { id: 'fetch-user', type: 'http' },
      { name: 'fetch user', type: 'http' },
      { name: '1', type: 'http' },
      { name: '__proto__', type: 'http' },
      { name: 'x'.repeat(80), type: 'http' },
    ])
    expect(definition?.nodes.map(({ id }) => id)).toEqual([
      'start',
      'fetch_user_2',
      'fetch_user',
      'fetch-user',
      'fetch_user_3',
      '_1',
      '___proto__',
      'x'.repeat(56),
    ])
    expect(definition?.edges[1]).toMatchObject({ from: 'fetch_user_2', to: 'fetch-user' })
  })

  test('a step goes by its id, or by its name where no step has that id', () => {
    const { definition } = convert([
      { id: 'a', name: 'b', type: 'log', next: 'Last one' },
      { id: 'b', type: 'log', next: 'a' },
      { id: 'c', name: 'Last one', type: 'log', next: 'b' },
    ])
    expect(definition?.edges.map(({ from, to }) => `${from}>${to}`)).toEqual(['start>a', 'a>c', 'b>a', 'c>b'])
  })

  test('references in expressions follow', () => {
    const { definition } = convert([
      { id: 'fetch user', type: 'http' },
      { id: 'my-step!', type: 'http' },
      {
        id: 'c',
        type: 'transform',
        config: {
          expression: 'steps.`fetch user`.output + steps."my-step!".output + steps.c.x',
          list: ['{{ steps.`ghost`.output }}', 5, null],
        },
      },
    ])
    expect(definition?.nodes.at(-1)?.params).toEqual({
      expression: 'steps.fetch_user.output + steps.`my-step_`.output + steps.c.x',
      list: ['{{ steps.`ghost`.output }}', 5, null],
    })
  })
})

describe('policies', () => {
  test.each([
    [
      { maxAttempts: 5, backoff: 'linear', delayMs: 10, maxDelayMs: 20 },
      { maxAttempts: 5, backoff: 'linear', delayMs: 10, maxDelayMs: 20 },
    ],
    [
      { maxRetries: 2, strategy: 'constant', initialDelayMs: 10 },
      { maxAttempts: 3, backoff: 'fixed', delayMs: 10 },
    ],
    [
      { strategy: 'exponential-jitter', delay: 10 },
      { backoff: 'exponential', delayMs: 10, jitter: 'full' },
    ],
    [
      { backoffMultiplier: 2, delayMs: 10 },
      { backoff: 'exponential', delayMs: 10, jitter: 'none' },
    ],
    [{ backoffMultiplier: 1 }, { backoff: 'fixed', jitter: 'none' }],
    [
      { backoff: 'exponential', backoffMultiplier: 2, jitter: true },
      { backoff: 'exponential', jitter: 'full' },
    ],
    [{ jitter: 'equal' }, { jitter: 'equal' }],
    [{}, { jitter: 'none' }],
  ])('%j', (retryPolicy, retry) => {
    expect(convert([{ type: 'http', retryPolicy }]).definition?.nodes[1]).toMatchObject({ retry })
  })

  test('timeouts, by either name', () => {
    const { definition } = convert([
      { type: 'http', timeout: 5 },
      { type: 'http', timeoutMs: 6 },
      { type: 'http' },
    ])
    expect(definition?.nodes.map(({ timeoutMs }) => timeoutMs)).toEqual([undefined, 5, 6, undefined])
  })
})

describe('what cannot be converted', () => {
  test('is every member that would be dropped, all at once', () => {
    const step = { id: 'a', type: 'log', onEror: 'b', config: {}, params: {}, timeout: 1, timeoutMs: 1 }
    const policies = [
      { backoffMultiplier: 3 },
      { backoff: 'linear', backoffMultiplier: 2 },
      { backoff: 'fixed', backoffMultiplier: 2 },
      { backoff: 'somehow' },
      { maxAttempts: 1, maxRetries: 1, attempts: 3 },
    ]
    const { problems } = convertLinear({
      name: 'x',
      nme: 'y',
      trigger: { type: 'webhook', params: { path: 'p' }, path: 'q' },
      steps: [step, ...policies.map((retryPolicy) => ({ type: 'log', retryPolicy }))],
    })
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['INVALID_SHAPE']))
    expect(problems.map(({ pointer }) => pointer).sort()).toEqual([
      '/nme',
      '/steps/0/onEror',
      '/steps/0/params',
      '/steps/0/timeout',
      '/steps/1/retryPolicy/backoffMultiplier',
      '/steps/2/retryPolicy/backoffMultiplier',
      '/steps/3/retryPolicy/backoffMultiplier',
      '/steps/4/retryPolicy/backoff',
      '/steps/5/retryPolicy/attempts',
      '/steps/5/retryPolicy/maxRetries',
      '/trigger/path',
    ])
  })

  test('leaves the rest to be checked, and knows where in the form it stands', () => {
    const retryPolicy = { maxRetries: 2, delay: 5 }
    const { definition, rest, pointerOf } = convertLinear({
      name: 'x',
      trigger: { type: 'webhook', path: 'p' },
      steps: [
        { name: 'a', type: 'http', config: { url: 'u' }, retryPolicy, timeout: 3 },
        { id: 'b', type: 'log', params: {}, next: 'ghost' },
      ],
    })
    expect([definition, rest?.nodes.length]).toEqual([undefined, 3])
    const places = {
      '/nodes/0/params/path': '/trigger/path',
      '/nodes/1/params/url': '/steps/0/config/url',
      '/nodes/1/id': '/steps/0/name',
      '/nodes/1/retry/maxAttempts': '/steps/0/retryPolicy/maxRetries',
      '/nodes/1/retry/delayMs': '/steps/0/retryPolicy/delay',
      '/nodes/1/timeoutMs': '/steps/0/timeout',
      '/nodes/2/params/a~1b': '/steps/1/params/a~1b',
      '/nodes/2/type': '/steps/1/type',
      '/edges/0': '/trigger',
      '/edges/1/port': '/steps/0',
      '/name': '/name',
    }
    for (const [pointer, place] of Object.entries(places)) expect(pointerOf(pointer), pointer).toBe(place)
  })

  test('names the place, everything at once', () => {
    expect(
      problemsOf([
        { id: 'a', type: 'log', next: 'ghost', onError: 'spirit' },
        { id: 'a', type: 'log', next: { 'x/y': 'phantom' } },
      ]),
    ).toEqual([
      'DUPLICATE_NODE_ID /steps/1/id',
      'DANGLING_EDGE /steps/0/next',
      'DANGLING_EDGE /steps/0/onError',
      'DANGLING_EDGE /steps/1/next',
    ])
  })

  test('of its shape and of its graph are given at once, and what is sound of it is left to be checked', () => {
    const { definition, problems, rest, pointerOf } = convertLinear({
      nme: 'x',
      steps: [
        { id: 'a', type: 'log', onEror: 'fail', timeout: 'soon', next: 'ghost' },
        { id: 'b', type: 'log', params: {}, config: {}, retryPolicy: { maxAttempts: 'x' } },
        { id: 'b', type: 'no.such' },
      ],
    })
    expect(definition).toBeUndefined()
    expect(problems.map(({ code, pointer }) => `${code} ${pointer}`).sort()).toEqual([
      'DANGLING_EDGE /steps/0/next',
      'DUPLICATE_NODE_ID /steps/2/id',
      'INVALID_SHAPE /name',
      'INVALID_SHAPE /nme',
      'INVALID_SHAPE /steps/0/onEror',
      'INVALID_SHAPE /steps/0/timeout',
      'INVALID_SHAPE /steps/1/params',
      'INVALID_SHAPE /steps/1/retryPolicy/maxAttempts',
    ])
    expect(rest?.nodes.map(({ type }) => type)).toEqual([
      'trigger.manual',
      'log.message',
      'log.message',
      'no.such',
    ])
    expect(pointerOf('/nodes/3/type')).toBe('/steps/2/type')
  })

  test.each([
    ['a step without a type', { id: 'a', next: 'ghost' }, '/steps/0/type'],
    ['params that are none', { id: 'a', type: 'log', params: 7, next: 'ghost' }, '/steps/0/params'],
    ['a step that is none', 7, '/steps/0'],
  ])('of %s are not said twice: the links are checked, the nodes are not', (_what, step, pointer) => {
    const { problems, rest } = convertLinear({ name: 'x', steps: [step, { type: 'log', next: 'spirit' }] })
    const pointers = problems.map((each) => each.pointer)
    expect(pointers).toEqual([
      pointer,
      ...(typeof step === 'object' ? ['/steps/0/next'] : []),
      '/steps/1/next',
    ])
    expect(rest).toBeUndefined()
  })

  test('a form that is none', () => {
    const { definition, problems } = convertLinear({ steps: [{ id: 5, type: 'log' }] })
    expect(definition).toBeUndefined()
    expect(problems.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'INVALID_SHAPE /name',
      'INVALID_SHAPE /steps/0/id',
    ])
  })
})

test('description, names and params come along', () => {
  const { definition } = convert([{ name: 'A', type: 'log', params: { x: 1 } }], { description: 'd' })
  expect(definition).toMatchObject({
    name: 'linear',
    description: 'd',
    nodes: [{}, { name: 'A', params: { x: 1 } }],
  })
})
