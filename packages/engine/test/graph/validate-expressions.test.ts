import { describe, expect, test } from 'vitest'
import { validateDefinition } from '../../src/index.js'
import { catalogue, expressions } from '../catalogue.js'

/**
 *            ┌─▶ left ──┐
 * start ─▶ a ┤          ├─▶ end
 *            └─▶ right ─┘
 */
const diamond = (params: Record<string, object>, rest: { when?: string; settings?: object } = {}) => ({
  format: 'millrace/v1',
  name: 'diamond',
  nodes: [
    { id: 'start', type: 'trigger.manual' },
    ...['a', 'left', 'right', 'end'].map((id) => ({ id, type: 'test.step', params: params[id] ?? {} })),
  ],
  edges: [
    { from: 'start', to: 'a' },
    { from: 'a', to: 'left', ...(rest.when === undefined ? {} : { when: rest.when }) },
    { from: 'a', to: 'right' },
    { from: 'left', to: 'end' },
    { from: 'right', to: 'end' },
  ],
  ...(rest.settings === undefined ? {} : { settings: rest.settings }),
})

const problemsOf = (input: unknown) => validateDefinition(input, catalogue, expressions).problems
const found = (input: unknown) => problemsOf(input).map(({ code, pointer }) => `${code} ${pointer}`)

describe('reads', () => {
  test.each(['start', 'a', 'left', 'right'])('the end may read %s', (id) => {
    expect(found(diamond({ end: { x: [`{{ steps.${id}.output }}`] } }))).toEqual([])
  })

  test.each([
    ['left', 'right'],
    ['left', 'end'],
    ['left', 'left'],
  ])('%s may not read %s', (reader, id) => {
    expect(found(diamond({ [reader]: { x: `{{ steps.${id}.output }}` } }))).toEqual([
      'NOT_UPSTREAM /nodes/2/params/x',
    ])
  })

  test('a step that is not there, with the nearest one', () => {
    const [problem] = problemsOf(diamond({ end: { x: '{{ steps.rihgt.output }}' } }))
    expect(problem).toMatchObject({ code: 'NOT_UPSTREAM', message: 'There is no step rihgt' })
    expect(problem?.hint).toContain('Did you mean right?')
  })

  test('a condition may read the step it leaves, and not where it leads', () => {
    expect(found(diamond({}, { when: 'steps.a.output and steps.start.output' }))).toEqual([])
    expect(found(diamond({}, { when: 'steps.left.output' }))).toEqual(['NOT_UPSTREAM /edges/1/when'])
  })

  test.each([
    ['concurrency', { limit: 1 }],
    ['rateLimit', { runs: 1, perMs: 1_000 }],
    ['debounce', { waitMs: 1_000 }],
  ])('the key of %s is worked out before any step', (policy, rest) => {
    const keyed = (key: string) => diamond({}, { settings: { [policy]: { ...rest, key } } })
    expect(found(keyed('{{ trigger.body.id }}'))).toEqual([])
    expect(found(keyed('{{ steps.a.output }}'))).toEqual([`NOT_UPSTREAM /settings/${policy}/key`])
  })

  test('more steps than one pass can follow', () => {
    const ids = Array.from({ length: 100 }, (_, index) => `n${index}`)
    const params = { x: ids.map((id) => `{{ steps.${id}.output }}`) }
    const chain = ids.slice(1).map((to, index) => ({ from: ids[index], to }))
    const input = {
      format: 'millrace/v1',
      name: 'chain',
      nodes: [
        { id: 'start', type: 'trigger.manual' },
        ...ids.map((id, index) => ({ id, type: 'test.step', params: index === 70 ? params : {} })),
      ],
      edges: [{ from: 'start', to: 'n0' }, ...chain],
    }
    expect(problemsOf(input).map(({ pointer }) => pointer)).toEqual(
      ids.slice(70).map((_, index) => `/nodes/71/params/x/${70 + index}`),
    )
  })

  //            ┌──────┐
  // start ─▶ a ─▶ b ──┘ ─▶ c
  test('on and behind a cycle nothing is said of before and after', () => {
    const input = {
      format: 'millrace/v1',
      name: 'cycle',
      nodes: [
        { id: 'start', type: 'trigger.manual' },
        { id: 'a', type: 'test.step', params: { x: '{{ steps.c.output }}' } },
        { id: 'b', type: 'test.step' },
        { id: 'c', type: 'test.step', params: { x: '{{ steps.a.output }}' } },
      ],
      edges: [
        { from: 'start', to: 'a' },
        { from: 'a', to: 'b' },
        { from: 'b', to: 'a' },
        { from: 'b', to: 'c' },
      ],
    }
    expect(found(input)).toEqual(['CYCLE /edges/2'])
  })
})

describe('syntax', () => {
  test('in params, conditions and settings, all at once', () => {
    const broken = diamond(
      { a: { x: { y: '{{ ( }}' } } },
      { when: '(', settings: { concurrency: { limit: 1, key: '{{ ( }}' } } },
    )
    expect(found(broken)).toEqual([
      'EXPRESSION_SYNTAX /nodes/1/params/x/y',
      'EXPRESSION_SYNTAX /edges/1/when',
      'EXPRESSION_SYNTAX /settings/concurrency/key',
    ])
  })

  test('source text of other languages is left alone; raw expressions are not', () => {
    const make = (params: object) => ({
      format: 'millrace/v1',
      name: 'raw',
      nodes: [
        { id: 'start', type: 'trigger.manual' },
        { id: 'a', type: 'test.code', params },
      ],
      edges: [{ from: 'start', to: 'a' }],
    })
    expect(found(make({ code: '{{ ( }}', where: 'steps.start.output' }))).toEqual([])
    expect(found(make({ where: 'steps.ghost' }))).toEqual(['NOT_UPSTREAM /nodes/1/params/where'])
    expect(found(make({ where: '(', other: '{{ ( }}' }))).toEqual([
      'EXPRESSION_SYNTAX /nodes/1/params/other',
      'EXPRESSION_SYNTAX /nodes/1/params/where',
    ])
  })
})

describe('secrets', () => {
  test.each(['secrets.token', 'secrets["token"]', '$string(secrets.token)', 'secrets'])('%s', (source) => {
    expect(found(diamond({ a: { x: `{{ ${source} }}` } }))).toEqual(['SECRET_NOT_ALLOWED /nodes/1/params/x'])
    expect(found(diamond({}, { when: source }))).toEqual(['SECRET_NOT_ALLOWED /edges/1/when'])
  })

  test.each([
    'trigger.body.secrets.count',
    '"secrets.token"',
    "'secrets'",
    'trigger. secrets.x',
    'mysecrets.x',
    '`secrets`',
  ])('%s is none', (source) => {
    expect(found(diamond({}, { when: source }))).toEqual([])
  })

  test('what the node type has said already is not said twice', () => {
    const input = {
      format: 'millrace/v1',
      name: 'once',
      nodes: [
        { id: 'start', type: 'trigger.manual' },
        { id: 'a', type: 'test.secretive', params: { token: '{{ secrets.token }}' } },
      ],
      edges: [{ from: 'start', to: 'a' }],
    }
    expect(problemsOf(input)).toMatchObject([{ message: 'no secrets here' }])
  })
})
