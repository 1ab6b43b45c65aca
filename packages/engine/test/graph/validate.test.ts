import { MAX_EDGES, MAX_NODES } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { validateDefinition } from '../../src/index.js'
import { catalogue, expressions } from '../catalogue.js'

const validate = (input: unknown) => validateDefinition(input, catalogue, expressions)

/** `start` and steps, with these edges; fields on top. */
const make = (nodes: readonly unknown[], edges: readonly unknown[], rest: object = {}) => ({
  format: 'millrace/v1',
  name: 'test',
  nodes: [{ id: 'start', type: 'trigger.manual' }, ...nodes],
  edges,
  ...rest,
})
const step = (id: string, fields: object = {}) => ({ id, type: 'test.step', ...fields })

/** Code and pointer of each problem. */
const found = (input: unknown) => validate(input).problems.map(({ code, pointer }) => `${code} ${pointer}`)

describe('a number that is too large', () => {
  test.each([
    [{ retry: { delayMs: 10n ** 18n } }, '/nodes/1/retry/delayMs', /must be at most 31622400000$/],
    [{ retry: { maxAttempts: -(10n ** 30n) } }, '/nodes/1/retry/maxAttempts', /must be at least 1$/],
    [{ timeoutMs: 1e300 }, '/nodes/1/timeoutMs', /must be at most 2592000000$/],
    [{ timeoutMs: 10n ** 300n }, '/nodes/1/timeoutMs', /must be at most 2592000000$/],
  ])('is one problem, which says how large it may be: %o', (fields, pointer, message) => {
    const { problems } = validate(make([step('a', fields)], [{ from: 'start', to: 'a' }]))
    expect(problems).toEqual([
      { pointer, code: 'INVALID_SHAPE', message: expect.stringMatching(message), hint: 'Correct the value.' },
    ])
  })
})

describe('a definition without problems', () => {
  // start ─▶ a ─▶ b
  test('comes back with its defaults', () => {
    const { definition, problems } = validate(
      make(
        [step('a'), step('b', { params: { x: '{{ steps.a.output }}' } })],
        [
          { from: 'start', to: 'a' },
          { from: 'a', to: 'b', when: 'steps.a.output' },
        ],
      ),
    )
    expect(problems).toEqual([])
    expect(definition?.nodes[1]).toMatchObject({ onError: 'fail', join: 'all', params: {} })
    expect(definition?.edges[0]).toMatchObject({ port: 'main' })
  })
})

describe('size', () => {
  test('too many nodes or edges: nothing else is looked at', () => {
    const nodes = Array.from({ length: MAX_NODES + 1 }, () => 'not a node')
    const edges = Array.from({ length: MAX_EDGES + 1 }, () => 'not an edge')
    expect(found({ nodes, edges })).toEqual(['TOO_LARGE /nodes', 'TOO_LARGE /edges'])
  })
})

describe('shape', () => {
  test.each([null, 5, 'text', [], undefined])('%j is no definition', (input) => {
    expect(validate(input).definition).toBeUndefined()
    expect(found(input)).toContain('INVALID_SHAPE ')
  })

  test('unknown fields are named, with pointers escaped', () => {
    expect(found(make([step('a', { 'x/y~z': 1 })], [{ from: 'start', to: 'a' }], { colour: 1 }))).toEqual([
      'INVALID_SHAPE /nodes/1/x~1y~0z',
      'INVALID_SHAPE /colour',
    ])
  })

  // start ─▶ a (broken retry) ─▶ b (unknown type)
  test('the rest of a broken definition is checked all the same', () => {
    const problems = found(
      make(
        [
          step('a', { retry: { maxAttempts: 0 } }),
          { id: 'b', type: 'test.stap' },
          step('c', { params: { x: '{{ steps.b.output }}' } }),
        ],
        [
          { from: 'start', to: 'a' },
          { from: 'a', to: 'b', port: '!' },
          { from: 'start', to: 'c' },
        ],
      ),
    )
    expect(problems).toEqual([
      'INVALID_SHAPE /nodes/1/retry/maxAttempts',
      'INVALID_SHAPE /edges/1/port',
      'UNKNOWN_NODE_TYPE /nodes/2/type',
      'NOT_UPSTREAM /nodes/3/params/x',
    ])
  })

  test('what is missing is said to be missing', () => {
    const { problems } = validate(make([], [], { settings: { rateLimit: { perMs: 0 } } }))
    const limit = problems.filter(({ pointer }) => pointer.startsWith('/settings/rateLimit'))
    expect(limit.map(({ pointer, message }) => [pointer, message])).toEqual([
      ['/settings/rateLimit/runs', 'Starts is required'],
      ['/settings/rateLimit/perMs', 'Within milliseconds must be at least 1'],
    ])
  })

  test('params that could not be read are not held against the node type', () => {
    const broken = { id: 'a', type: 'test.strict', params: 'none', onError: 'explode' }
    expect(found(make([broken], [{ from: 'start', to: 'a', when: 5 }]))).toEqual([
      'INVALID_SHAPE /nodes/1/params',
      'INVALID_SHAPE /nodes/1/onError',
      'INVALID_SHAPE /edges/0/when',
    ])
  })

  test('what a node or an edge that cannot be read may have meant is not guessed at', () => {
    const problems = found(
      make(
        [
          { type: 'test.step' },
          step('b', { onError: 'route', params: { x: '{{ steps.ghost.output }}{{ steps.c.output }}' } }),
          step('c'),
        ],
        [5, { from: 'start', to: 'ghost' }],
      ),
    )
    expect(problems).toEqual(['INVALID_SHAPE /nodes/1/id', 'INVALID_SHAPE /edges/0'])
    expect(found({ format: 'millrace/v1', name: 'x', nodes: [null], edges: [] })).toEqual([
      'INVALID_SHAPE /nodes/0',
    ])
  })
})

describe('nodes', () => {
  test('an unknown type, with the nearest one', () => {
    const [problem] = validate(make([{ id: 'a', type: 'test.stpe' }], [{ from: 'start', to: 'a' }])).problems
    expect(problem).toMatchObject({ code: 'UNKNOWN_NODE_TYPE', pointer: '/nodes/1/type' })
    expect(problem?.hint).toContain('Did you mean test.step?')
  })

  test('an unknown type unlike any other has a hint without a guess', () => {
    const [problem] = validate(make([{ id: 'a', type: 'zzz' }], [{ from: 'start', to: 'a' }])).problems
    expect(problem?.hint).toBe('The types are listed at /api/v1/node-types.')
  })

  test('params, as their node type says', () => {
    expect(
      found(make([{ id: 'a', type: 'test.strict', params: { q: 1 } }], [{ from: 'start', to: 'a' }])),
    ).toEqual(['INVALID_PARAM /nodes/1/params/q'])
  })

  test('an id taken twice', () => {
    expect(found(make([step('a'), step('a')], [{ from: 'start', to: 'a' }]))).toContain(
      'DUPLICATE_NODE_ID /nodes/2/id',
    )
  })

  test('no trigger: said once, not for every node', () => {
    const input = { format: 'millrace/v1', name: 'x', nodes: [step('a'), step('b')], edges: [] }
    expect(found(input)).toEqual(['NO_TRIGGER /nodes'])
  })
})

describe('edges', () => {
  test('both ends dangle', () => {
    const { problems } = validate(make([], [{ from: 'strat', to: 'nowhere' }]))
    expect(problems).toMatchObject([
      { code: 'DANGLING_EDGE', pointer: '/edges/0/from' },
      { code: 'DANGLING_EDGE', pointer: '/edges/0/to' },
    ])
    expect(problems[0]?.hint).toContain('Did you mean start?')
  })

  test('a twin counts per port', () => {
    const [main, error] = [
      { from: 'a', to: 'b' },
      { from: 'a', port: 'error', to: 'b' },
    ]
    const nodes = [step('a', { onError: 'route' }), step('b')]
    expect(found(make(nodes, [{ from: 'start', to: 'a' }, main, error]))).toEqual([])
    expect(found(make(nodes, [{ from: 'start', to: 'a' }, main, error, main]))).toEqual([
      'DUPLICATE_EDGE /edges/3',
    ])
  })

  test('an unknown port: the hint lists those there are', () => {
    const { problems } = validate(
      make(
        [{ id: 'a', type: 'test.if' }, step('b')],
        [
          { from: 'start', to: 'a' },
          { from: 'a', to: 'b' },
        ],
      ),
    )
    expect(problems).toMatchObject([{ code: 'UNKNOWN_PORT', hint: 'It has: true, false.' }])
  })

  test('many ports are not all listed', () => {
    const ports = Array.from({ length: 25 }, (_, index) => `p${index}`)
    const { problems } = validate(
      make(
        [{ id: 'a', type: 'test.switch', params: { ports } }, step('b')],
        [
          { from: 'start', to: 'a' },
          { from: 'a', to: 'b', port: 'p99' },
        ],
      ),
    )
    expect(problems[0]?.hint).toMatch(/p19 and 5 more\.$/)
  })

  test('the error port exists only where errors are routed', () => {
    const edges = [
      { from: 'start', to: 'a' },
      { from: 'a', port: 'error', to: 'b' },
    ]
    const { problems } = validate(make([step('a'), step('b')], edges))
    expect(problems).toMatchObject([{ code: 'UNKNOWN_PORT', pointer: '/edges/1/port' }])
    expect(problems[0]?.hint).toContain('onError: route')
    expect(found(make([step('a', { onError: 'route' }), step('b')], edges))).toEqual([])
  })

  test('routed errors need an edge', () => {
    expect(found(make([step('a', { onError: 'route' })], [{ from: 'start', to: 'a' }]))).toEqual([
      'MISSING_ERROR_EDGE /nodes/1/onError',
    ])
  })

  test('no edge leads into a trigger', () => {
    expect(
      found(
        make(
          [step('a')],
          [
            { from: 'start', to: 'a' },
            { from: 'a', to: 'start' },
          ],
        ),
      ),
    ).toEqual(['EDGE_INTO_TRIGGER /edges/1/to', 'CYCLE /edges/1'])
  })
})

describe('structure', () => {
  //          ┌───────┐          ┌───────┐
  // start ─▶ a ─▶ b ─┘   start ▶ c ─▶ d ┘   d ─▶ e
  test('every cycle is named, with the edge that closes it', () => {
    const { problems } = validate(
      make(
        ['a', 'b', 'c', 'd', 'e'].map((id) => step(id)),
        [
          { from: 'start', to: 'a' },
          { from: 'start', to: 'c' },
          { from: 'a', to: 'b' },
          { from: 'b', to: 'a' },
          { from: 'c', to: 'd' },
          { from: 'd', to: 'c' },
          { from: 'd', to: 'e' },
        ],
      ),
    )
    expect(problems).toMatchObject([
      { code: 'CYCLE', pointer: '/edges/3', message: 'These nodes lead in a circle: a → b → a' },
      { code: 'CYCLE', pointer: '/edges/5', message: 'These nodes lead in a circle: c → d → c' },
    ])
  })

  test('a long cycle is cut short', () => {
    const ids = Array.from({ length: 60 }, (_, index) => `n${index}`)
    const ring = ids.map((from, index) => ({ from, to: ids[(index + 1) % 60] }))
    const { problems } = validate(
      make(
        ids.map((id) => step(id)),
        [{ from: 'start', to: 'n0' }, ...ring],
      ),
    )
    expect(problems[0]?.message).toMatch(/n49 → … → n0$/)
  })

  // start ─▶ a     b ─▶ c
  test('what no trigger leads to', () => {
    const edges = [
      { from: 'start', to: 'a' },
      { from: 'b', to: 'c' },
    ]
    expect(found(make([step('a'), step('b'), step('c')], edges))).toEqual([
      'UNREACHABLE_NODE /nodes/2',
      'UNREACHABLE_NODE /nodes/3',
    ])
  })
})
