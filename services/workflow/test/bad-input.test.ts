import type { JsonObject } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { newName, simpleFlow, useWorld } from './world.js'

const world = useWorld()

const validate = async (definition: unknown) => {
  const answer = await world().call('POST', '/validate', { definition })
  expect(answer.statusCode).toBe(200)
  return answer.json() as { valid: boolean; problems: { code: string; pointer: string; hint: string }[] }
}

const chain = (count: number): JsonObject => ({
  nodes: Array.from({ length: count }, (_, i) => ({
    id: `n${i}`,
    type: i === 0 ? 'trigger.manual' : 'transform.json',
    ...(i === 0 ? {} : { params: { expression: '{{ 1 }}' } }),
  })),
  edges: Array.from({ length: count - 1 }, (_, i) => ({ from: `n${i}`, to: `n${i + 1}` })),
})

const withMessage = (message: string) =>
  simpleFlow(newName(), {
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      { id: 'say', type: 'log.message', params: { message } },
    ],
  })

describe('a definition with a key that stands twice is refused at every door that takes one', () => {
  const twice = `{"format":"millrace/v1","name":"twice","nodes":[
    {"id":"start","type":"trigger.manual"},
    {"id":"a","type":"transform.json","params":{"expression":"1","expression":"2"}}],"edges":[]}`

  test.each(['/validate', '/workflows', '/workflows/import'])('%s', async (path) => {
    const answer = await world().call('POST', path, `{"definition":${twice}}`)
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toMatchObject({
      code: 'INVALID_DEFINITION',
      problemCount: 1,
      problems: [{ pointer: '/nodes/1/params/expression', message: 'This key stands here twice' }],
    })
  })
})

test('of many problems the first are listed and all are counted', async () => {
  const nodes = Array.from({ length: 1_000 }, (_, i) => ({
    id: `n${i}`,
    type: 'transform.json',
    params: { expression: '1 +' },
  }))
  const answer = await world().call('POST', '/validate', {
    definition: { format: 'millrace/v1', name: 'many', nodes, edges: [] },
  })
  const { problems, problemCount } = answer.json() as { problems: unknown[]; problemCount: number }
  expect(problems).toHaveLength(200)
  expect(problemCount).toBe(1_001)
  expect(answer.body.length).toBeLessThan(100_000)
})

test('an id that is refused stands in the message, too', async () => {
  const definition = simpleFlow(newName(), { nodes: [{ id: '9 lives', type: 'trigger.manual' }] })
  const { problems } = await validate(definition)
  expect(problems).toContainEqual(
    expect.objectContaining({
      pointer: '/nodes/0/id',
      message: expect.stringMatching(/^"9 lives" is no id: use a letter/),
    }),
  )
})

describe('bad input gets a 4xx problem with a code and a hint', () => {
  const big = 'x'.repeat(17 * 1024 * 1024)
  test.each<[string, string, string, () => unknown, number, string]>([
    ['malformed JSON', 'POST', '/workflows', () => '{"definition": {', 400, 'MALFORMED_JSON'],
    [
      'depth 100,000',
      'POST',
      '/validate',
      () => `{"definition":${'['.repeat(100_000)}`,
      400,
      'JSON_TOO_DEEP',
    ],
    ['__proto__', 'POST', '/workflows', () => '{"definition":{"__proto__":{"a":1}}}', 400, 'MALFORMED_JSON'],
    ['NUL', 'POST', '/workflows', () => '{"definition":{"name":"a\\u0000"}}', 400, 'MALFORMED_JSON'],
    ['an unknown field', 'POST', '/workflows', () => ({ definition: {}, more: 1 }), 400, 'INVALID_REQUEST'],
    ['no body', 'POST', '/workflows', () => undefined, 400, 'INVALID_REQUEST'],
    ['a list for a definition', 'POST', '/workflows', () => ({ definition: [] }), 400, 'INVALID_REQUEST'],
    [
      'over 1 MB',
      'POST',
      '/credentials',
      () => ({ name: 'x', v: big.slice(0, 1_100_000) }),
      413,
      'BODY_TOO_LARGE',
    ],
    ['over 16 MB', 'POST', '/validate', () => ({ definition: big }), 413, 'BODY_TOO_LARGE'],
    [
      'an unknown id',
      'GET',
      '/workflows/01890a5d-ac96-774b-bcce-b302099a8057',
      () => undefined,
      404,
      'NOT_FOUND',
    ],
    ['an unknown name', 'POST', '/workflows/no-such/publish', () => ({}), 404, 'NOT_FOUND'],
    ['a name over 128', 'GET', `/workflows/${'x'.repeat(200)}`, () => undefined, 400, 'INVALID_REQUEST'],
    ['a broken escape', 'GET', '/workflows/%E0%A4%A', () => undefined, 400, 'INVALID_REQUEST'],
    ['an unknown path', 'GET', '/workflow', () => undefined, 404, 'NOT_FOUND'],
    ['another method', 'DELETE', '/workflows', () => undefined, 405, 'METHOD_NOT_ALLOWED'],
  ])('%s', async (_name, method, path, body, status, code) => {
    const answer = await world().call(method as 'GET', path, body())
    expect([answer.statusCode, answer.json().code]).toEqual([status, code])
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.json().hint).not.toBe('')
  })

  test.each(['POST /workflows', 'POST /validate', 'POST /workflows/import'])(
    'a definition of 10,001 nodes, over 1 MB, at %s',
    async (route) => {
      const [method, path] = route.split(' ') as ['POST', string]
      const nodes = chain(10_001).nodes as JsonObject[]
      const padded = nodes.map((node) => ({ ...node, name: 'a node with a rather long name, for its size' }))
      const definition = simpleFlow(newName(), { nodes: padded, edges: [] })
      expect(JSON.stringify(definition).length).toBeGreaterThan(1024 * 1024)
      const answer = await world().call(method, path, { definition })
      expect([answer.statusCode, answer.json().code]).toEqual([422, 'INVALID_DEFINITION'])
      expect(answer.json().problems).toMatchObject([{ pointer: '/nodes', code: 'TOO_LARGE' }])
    },
  )

  test('one of 10,000 nodes is taken', async () => {
    const definition = simpleFlow(newName(), chain(10_000))
    expect(await validate(definition)).toEqual({ valid: true, problems: [], problemCount: 0 })
    const made = await world().call('POST', '/workflows', { definition })
    expect(made.statusCode).toBe(201)
    expect((await world().call('POST', `/workflows/${made.json().id}/publish`)).statusCode).toBe(201)
  })
})

describe('validate says everything at once', () => {
  test('a cycle is named', async () => {
    const { valid, problems } = await validate(
      simpleFlow(newName(), {
        nodes: [
          { id: 'start', type: 'trigger.manual' },
          { id: 'a', type: 'flow.merge' },
          { id: 'b', type: 'flow.merge' },
        ],
        edges: [
          { from: 'start', to: 'a' },
          { from: 'a', to: 'b' },
          { from: 'b', to: 'a' },
        ],
      }),
    )
    expect(valid).toBe(false)
    expect(problems.map(({ code }) => code)).toContain('CYCLE')
  })

  test.each<[string, unknown]>([
    ['a number', 5],
    ['null', null],
    ['nothing known', {}],
    ['nodes that are no list', simpleFlow(newName(), { nodes: 'x' })],
    ['unknown members', simpleFlow(newName(), { extra: true })],
    ['a reserved node id', simpleFlow(newName(), { nodes: [{ id: 'constructor', type: 'trigger.manual' }] })],
    ['a broken expression', withMessage('{{ $sum( }}')],
    ['an expression without an end', withMessage('{{ 1')],
    ['an unknown type', simpleFlow(newName(), { nodes: [{ id: 'a', type: '__proto__' }] })],
  ])('%s', async (_name, definition) => {
    const answer = await world().call('POST', '/validate', { definition })
    expect(answer.statusCode).toBeLessThan(500)
    if (answer.statusCode === 200) {
      const { valid, problems } = answer.json()
      expect(valid).toBe(false)
      for (const problem of problems) expect(problem.hint).not.toBe('')
    } else expect(answer.json().code).toBe('UNKNOWN_FORMAT')
    expect(Object.hasOwn(Object.prototype, 'extra')).toBe(false)
  })

  test.each([
    '{{ ($f := function($x){$f($x)}; $f(1)) }}',
    '{{ $match("aaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/) }}',
    '{{ [1..10000000] }}',
    `{{ ${'('.repeat(5_000)}1${')'.repeat(5_000)} }}`,
    `{{ ${'1+'.repeat(50_000)}1 }}`,
  ])('a hostile expression is only read, never run: %.40s', async (message) => {
    const answer = await world().call('POST', '/validate', { definition: withMessage(message) })
    expect(answer.statusCode).toBe(200)
  })
})
