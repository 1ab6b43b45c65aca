import { definition } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { canonicalContent, diffDefinitions } from '../../src/index.js'

// start ─▶ a
const base = {
  format: 'millrace/v1',
  name: 'base',
  nodes: [
    { id: 'start', type: 'trigger.manual' },
    { id: 'a', type: 'log.message', params: { message: { text: 'hi', tags: ['x'] }, level: 'info' } },
  ],
  edges: [{ from: 'start', to: 'a' }],
}
const parse = (changes: object = {}) => definition.parse({ ...base, ...changes })
const diff = (changes: object) => diffDefinitions(parse(), parse(changes))
const nothing = {
  addedNodes: [],
  removedNodes: [],
  changedNodes: [],
  addedEdges: [],
  removedEdges: [],
  changedSettings: [],
}

describe('canonicalContent', () => {
  test('is the same whatever the order of keys and the layout', () => {
    const other = { ...base, ui: { a: { x: 10 } }, nodes: base.nodes.map((node) => reversed(node)) }
    expect(canonicalContent(definition.parse(other))).toBe(canonicalContent(parse()))
  })

  test('is the same when a default is written out', () => {
    const other = { ...base, edges: [{ from: 'start', to: 'a', port: 'main' }] }
    expect(canonicalContent(definition.parse(other))).toBe(canonicalContent(parse()))
  })

  test.each([
    ['a param', { nodes: [base.nodes[0], { ...base.nodes[1], params: {} }] }],
    ['the order of nodes', { nodes: base.nodes.toReversed() }],
    ['a setting', { settings: { priority: 'high' } }],
    ['a variable', { vars: { x: null } }],
  ])('differs with %s', (_what, changes) => {
    expect(canonicalContent(parse(changes))).not.toBe(canonicalContent(parse()))
  })

  test('keeps a member that is called like a prototype', () => {
    const odd = JSON.parse('{"__proto__":{"x":1}}')
    const nodes = [base.nodes[0], { ...base.nodes[1], params: { value: odd } }]
    expect(canonicalContent(parse({ nodes }))).toContain('"__proto__":{"x":1}')
  })
})

describe('diffDefinitions', () => {
  test('layout is no change', () => {
    expect(diff({ ui: { a: { x: 1 } } })).toEqual(nothing)
  })

  test('nodes and edges, added and removed', () => {
    const nodes = [base.nodes[0], { id: 'b', type: 'log.message' }]
    expect(diff({ nodes, edges: [{ from: 'start', to: 'b' }] })).toMatchObject({
      addedNodes: ['b'],
      removedNodes: ['a'],
      changedNodes: [],
      addedEdges: [{ to: 'b' }],
      removedEdges: [{ to: 'a' }],
    })
  })

  test('where a node changed: objects by member, lists as a whole', () => {
    const a = {
      ...base.nodes[1],
      name: 'A',
      retry: {},
      params: { message: { text: 'ho', tags: ['y', 'x'] }, 'a/b': null },
    }
    expect(diff({ nodes: [base.nodes[0], a] }).changedNodes).toEqual([
      {
        id: 'a',
        pointers: [
          '/params/message/text',
          '/params/message/tags',
          '/params/level',
          '/params/a~1b',
          '/name',
          '/retry',
        ],
      },
    ])
  })

  test('the order of nodes and of keys is no change', () => {
    expect(diff({ nodes: base.nodes.toReversed().map((node) => reversed(node)) })).toEqual(nothing)
  })

  test('a condition moves its edge', () => {
    const edges = [{ from: 'start', to: 'a', when: 'true' }]
    expect(diff({ edges })).toMatchObject({ addedEdges: edges, removedEdges: [{ from: 'start', to: 'a' }] })
  })

  test('settings, vars, name and description', () => {
    const changes = { name: 'other', description: 'd', settings: { priority: 'low' }, vars: { x: 1 } }
    expect(diff(changes).changedSettings).toEqual(['/name', '/settings/priority', '/description', '/vars'])
  })
})

const reversed = (value: object) => Object.fromEntries(Object.entries(value).reverse())
