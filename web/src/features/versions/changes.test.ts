import { type DefinitionInput, definition } from '@millrace/contracts'
import { expect, test } from 'vitest'
import { changesBetween, textOf } from './changes.js'

const flow = (change: Partial<DefinitionInput> = {}) =>
  definition.parse({
    format: 'millrace/v1',
    name: 'orders',
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      {
        id: 'fetch',
        type: 'http.request',
        name: 'Fetch customer',
        params: { url: 'https://a.example', method: 'GET' },
      },
    ],
    edges: [{ from: 'start', to: 'fetch' }],
    ...change,
  })

test('says what changed in a node, by its name, with both values', () => {
  const after = flow({
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      {
        id: 'fetch',
        type: 'http.request',
        name: 'Fetch customer',
        params: { url: 'https://b.example', method: 'GET' },
      },
    ],
  })
  expect(changesBetween(flow(), after)).toEqual([
    {
      kind: 'changed',
      subject: 'Fetch customer',
      type: 'http.request',
      details: [{ path: 'params › url', before: 'https://a.example', after: 'https://b.example' }],
    },
  ])
})

test('names added and removed nodes, edges and settings', () => {
  const after = flow({
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      { id: 'note', type: 'log.message', params: { message: 'x' } },
    ],
    edges: [{ from: 'start', to: 'note', when: 'trigger.ok' }],
    settings: { timeoutMs: 5_000 },
  })
  const said = changesBetween(flow(), after).map(({ kind, subject }) => `${kind} ${subject}`)
  expect(said).toEqual([
    'added note',
    'removed Fetch customer',
    'added start → note when trigger.ok',
    'removed start → fetch',
    'changed settings › timeoutMs',
  ])
})

test('a change of layout is none', () => {
  const moved = flow({ ui: { positions: { fetch: { x: 9, y: 9 } } } })
  expect(changesBetween(flow(), moved)).toEqual([])
  expect(textOf(moved)).toBe(textOf(flow()))
})
