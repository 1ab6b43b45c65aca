import type { Json, JsonObject } from '@millrace/contracts'
import { portsOf } from '@millrace/engine'
import { describe, expect, it, test } from 'vitest'
import { describeNodeTypes, type NodeResult, nodeCatalogue } from '../src/index.js'
import { execute } from './context.js'

/** Ports that a result leaves by: those it names, and those its deadline names. */
const emittedBy = (result: NodeResult): readonly string[] => {
  if ('stop' in result) return []
  if ('output' in result) return result.ports ?? ['main']
  const { onTimeout } = 'wait' in result ? { onTimeout: undefined, ...result.wait } : { onTimeout: undefined }
  return ['main', ...(onTimeout?.kind === 'completed' ? (onTimeout.ports ?? ['main']) : [])]
}

const approval = (onTimeout: string) => ({ title: 'Pay?', timeout: '1h', onTimeout })
const cases = [
  { equals: 1, port: 'one' },
  { equals: 2, port: 'two' },
  { equals: 3, port: 'one' },
]

/** Settings of a type, and what its expressions give: together they reach each of its ports. */
const WAYS: Readonly<Record<string, readonly { params: JsonObject; gives?: Json[] }[]>> = {
  'flow.condition': [{ params: { if: 'x' }, gives: [true, false] }],
  'flow.switch': [
    ...[1, 2, 3, 4].map((value) => ({ params: { value, cases, mode: 'all', fallback: 'rest' } })),
    ...[1, 2, 3, 4].map((value) => ({ params: { value, cases } })),
  ],
  'flow.wait': [
    { params: { for: 'resume', timeout: '1h', onTimeout: 'port' } },
    { params: { event: 'paid', timeout: '1h', onTimeout: 'port' } },
    { params: { event: 'paid', timeout: '1h', onTimeout: 'fail' } },
    { params: { event: 'paid' } },
  ],
  'human.approval': ['approve', 'reject', 'fail'].map((each) => ({ params: approval(each) })),
  'flow.stop': [{ params: { status: 'completed' } }],
}

const TYPES = describeNodeTypes()

describe('the ports that are drawn', () => {
  const reach = async (type: string) => {
    const found = new Map<string, Set<string>>()
    for (const { params, gives = [null] } of WAYS[type] ?? [])
      for (const value of gives) {
        const drawn = portsOf(
          TYPES.find((each) => each.type === type),
          params,
          'fail',
        )
        const emitted = emittedBy(await execute(type, params, { evaluate: async () => value }))
        expect(drawn, JSON.stringify(params)).toEqual(expect.arrayContaining([...emitted]))
        const key = drawn.join(' ')
        found.set(key, new Set([...(found.get(key) ?? []), ...emitted]))
      }
    return found
  }

  it.each(Object.keys(WAYS))('are those that %s leaves by, no more and no less', async (type) => {
    for (const [drawn, emitted] of await reach(type))
      expect([...emitted].sort().join(' ')).toBe(drawn.split(' ').sort().join(' '))
  })

  it('are the main port of every type whose result names none', () => {
    const others = TYPES.filter(({ type }) => WAYS[type] === undefined)
    expect(others.filter(({ ports }) => ports?.join() !== 'main').map(({ type }) => type)).toEqual([])
  })

  it('are those that validation knows, with the error port where failures are routed', () => {
    for (const type of TYPES)
      for (const { params } of [{ params: {} }, ...(WAYS[type.type] ?? [])]) {
        const known = nodeCatalogue().get(type.type)?.ports(params) ?? []
        expect(portsOf(type, params, 'fail')).toEqual(known)
        expect(portsOf(type, params, 'route')).toEqual([...known, 'error'])
      }
  })
})

test('faulty and unresolved params name what ports they can', () => {
  const ports = (type: string, params: JsonObject) => nodeCatalogue().get(type)?.ports(params)
  expect(ports('flow.switch', {})).toEqual(['default'])
  const odd = [{ port: 'a' }, { port: 'b' }, { port: 'a' }, { port: 7 }, 'x', null]
  expect(ports('flow.switch', { cases: odd, fallback: 'rest' })).toEqual(['a', 'b', 'rest'])
  expect(ports('flow.switch', { cases: '{{ vars.cases }}' })).toEqual(['default'])
  expect(ports('flow.wait', { onTimeout: '{{ vars.x }}' })).toEqual(['main'])
})
