import type { JsonObject } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { type EditorDocument, nodesOf } from './document.js'
import { readDocument, writeDocument } from './json.js'
import { mergeDocuments, summarize } from './merge.js'
import { applyPatch } from './patch.js'
import { equalJson } from './same.js'

const node = (id: string, params: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  id,
  type: 'log.message',
  params,
  ...more,
})
const draft = (nodes: JsonObject[], edges: [string, string][] = [], more: JsonObject = {}): EditorDocument =>
  readDocument({ name: 'n', nodes, edges: edges.map(([from, to]) => ({ from, to, port: 'main' })), ...more })
    .document

const base = draft(
  [node('a', { text: 'x', level: 'info' }), node('b'), node('c')],
  [
    ['a', 'b'],
    ['b', 'c'],
  ],
)
const merged = (mine: EditorDocument, theirs: EditorDocument) => {
  const { patch, conflicts } = mergeDocuments(base, mine, theirs)
  return { document: applyPatch(mine, patch), conflicts }
}

describe('mergeDocuments', () => {
  test('both sides stand where they touched different nodes', () => {
    const mine = draft(
      [node('a', { text: 'mine', level: 'info' }), node('b'), node('c')],
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
    )
    const theirs = draft(
      [node('a', { text: 'x', level: 'info' }), node('b', { text: 'theirs' }), node('c'), node('d')],
      [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'd'],
      ],
    )
    const { document, conflicts } = merged(mine, theirs)
    expect(conflicts).toEqual([])
    expect(document.nodes.get('a')?.node.params.text).toBe('mine')
    expect(document.nodes.get('b')?.node.params.text).toBe('theirs')
    expect(nodesOf(document).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
    expect(document.edges.size).toBe(3)
    expect(summarize(base, theirs)).toEqual({ added: ['d'], removed: [], changed: ['b'] })
  })

  test('two params of one node are two things', () => {
    const mine = draft(
      [node('a', { text: 'mine', level: 'info' }), node('b'), node('c')],
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
    )
    const theirs = draft(
      [node('a', { text: 'x', level: 'warn' }, { name: 'A' }), node('b'), node('c')],
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
    )
    const { document, conflicts } = merged(mine, theirs)
    expect(conflicts).toEqual([])
    expect(document.nodes.get('a')?.node).toMatchObject({
      name: 'A',
      params: { text: 'mine', level: 'warn' },
    })
  })

  test('the same param changed twice is a conflict: mine stands, theirs can be taken', () => {
    const mine = draft(
      [node('a', { text: 'mine', level: 'info' }), node('b'), node('c')],
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
    )
    const theirs = draft(
      [node('a', { text: 'theirs', level: 'info' }), node('b'), node('c')],
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
    )
    const { document, conflicts } = merged(mine, theirs)
    expect(conflicts).toMatchObject([
      { table: 'nodes', key: 'a', member: 'params.text', mine: 'mine', theirs: 'theirs' },
    ])
    expect(document.nodes.get('a')?.node.params.text).toBe('mine')
    const taken = applyPatch(
      document,
      conflicts.map(({ takeTheirs }) => takeTheirs),
    )
    expect(taken.nodes.get('a')?.node.params.text).toBe('theirs')
  })

  test('what one deleted and the other changed is kept, and named', () => {
    const mine = draft(
      [node('a', { text: 'x', level: 'info' }), node('b', { text: 'mine' }), node('c')],
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
    )
    const theirs = draft([node('a', { text: 'x', level: 'info' }), node('c')])
    const { document, conflicts } = merged(mine, theirs)
    expect(document.nodes.has('b')).toBe(true)
    expect(conflicts).toMatchObject([{ table: 'nodes', key: 'b', member: undefined }])
  })

  test('an edge to a node that is gone goes too', () => {
    const mine = draft(
      [node('a', { text: 'x', level: 'info' }), node('b'), node('c')],
      [
        ['a', 'b'],
        ['b', 'c'],
        ['a', 'c'],
      ],
    )
    const theirs = draft([node('a', { text: 'x', level: 'info' }), node('b')], [['a', 'b']])
    expect([...merged(mine, theirs).document.edges.values()].map(({ edge }) => edge.to)).toEqual(['b'])
  })

  test('two who do the same do not conflict, and merging twice changes nothing', () => {
    const both = draft([node('a', { text: 'same', level: 'info' }), node('c')])
    const { document, conflicts } = merged(both, both)
    expect(conflicts).toEqual([])
    expect(document).toEqual(both)
  })
})

test('any draft can be read, and what was mended is named', () => {
  const { document, repairs } = readDocument({
    name: 7,
    nodes: [node('a'), node('a'), 3, { id: 'x' }, { type: 'log.message', params: [] }],
    edges: [{ from: 'a', to: 'a2' }, { from: 'a', to: 'a2', port: 'main' }, null],
    ui: { positions: { a: { x: 'left' } }, pins: { a: 1 } },
    odd: true,
  })
  expect(nodesOf(document).map(({ id }) => id)).toEqual(['a', 'a2', 'node'])
  expect(document.edges.size).toBe(1)
  expect(repairs).toHaveLength(6)
  expect(writeDocument(document)).toMatchObject({ name: 7, odd: true, ui: { pins: { a: 1 } } })
})

test('equal as JSON: whatever the order of members', () => {
  expect(equalJson({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1, e: undefined })).toBe(true)
  expect(equalJson({ a: [1, 2] }, { a: [2, 1] })).toBe(false)
  expect(equalJson({ a: [] }, { a: {} })).toBe(false)
  expect(equalJson({ a: null }, {})).toBe(false)
})
