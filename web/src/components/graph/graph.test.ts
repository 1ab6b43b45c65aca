import type { NodeTypeDescriptor } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { buildGraph, groupKey, noteKey } from './build-graph.js'
import { dragNodes, endOfDrag } from './drag.js'
import type { GraphSource } from './graph-types.js'
import { readLayout, writeLayout } from './layout.js'
import { reuseNodes } from './reuse.js'
import { tidy } from './tidy.js'
import { traverse } from './traverse.js'

// a → b → c
//  └→ d
const ui = {
  positions: { a: { x: 0, y: 0 }, b: { x: 300, y: 0 }, c: { x: 600, y: 0 }, d: { x: 300, y: 120 } },
  notes: { n: { x: 0, y: 300, width: 200, height: 80, text: 'why' } },
}
const source = (layout: object = {}): GraphSource => ({
  nodes: ['a', 'b', 'c', 'd'].map((id) => ({ id, type: 'log.message', params: {} })),
  edges: [
    { from: 'a', to: 'b', port: 'main' },
    { from: 'b', to: 'c', port: 'main' },
    { from: 'a', to: 'd', port: 'main' },
    { from: 'a', to: 'gone', port: 'main' },
  ],
  containers: new Map(),
  layout: readLayout({ ...ui, ...layout }),
})
const options = {
  types: new Map<string, NodeTypeDescriptor>(),
  density: 'normal' as const,
  positions: new Map(),
}
const groups = (collapsed: boolean) => ({ groups: { g: { title: 'G', nodes: ['b', 'c'], collapsed } } })

describe('buildGraph', () => {
  test('cards of a known size, edges between nodes that are there', () => {
    const { nodes, edges } = buildGraph(source(), options)
    expect(nodes.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', noteKey('n')])
    expect(nodes[0]).toMatchObject({ width: 224, height: 60, position: { x: 0, y: 0 } })
    expect(edges.map(({ source: from, target }) => [from, target])).toEqual([
      ['a', 'b'],
      ['b', 'c'],
      ['a', 'd'],
    ])
  })

  test('a link of its own leads to what undoes a node, and can be neither selected nor mistaken for an edge', () => {
    const { nodes, ...rest } = source()
    const undone = nodes.map((node) => (node.id === 'b' ? { ...node, compensate: 'd' } : node))
    const links = buildGraph({ ...rest, nodes: undone }, options).edges.filter(({ data }) => data?.undoes)
    expect(links).toMatchObject([{ source: 'b', target: 'd', sourceHandle: 'main', selectable: false }])
    const gone = nodes.map((node) => (node.id === 'b' ? { ...node, compensate: 'gone' } : node))
    expect(buildGraph({ ...rest, nodes: gone }, options).edges).toHaveLength(3)
  })

  test('one card stands for the members of a collapsed group, and takes their edges', () => {
    const { nodes, edges } = buildGraph(source(groups(true)), options)
    expect(nodes.map(({ id }) => id)).toEqual([groupKey('g'), 'a', 'd', noteKey('n')])
    expect(nodes[0]?.position).toEqual({ x: 300, y: 0 })
    expect(edges.map(({ source: from, target }) => [from, target])).toEqual([
      ['a', groupKey('g')],
      ['a', 'd'],
    ])
  })
})

test('the layout survives a round through JSON, and what cannot be read is left out', () => {
  const layout = { ...ui, ...groups(false) }
  expect(writeLayout(readLayout(layout))).toEqual(layout)
  expect(
    writeLayout(readLayout({ positions: { a: { x: '1' } }, notes: 3, groups: { g: { title: 1 } } })),
  ).toEqual({})
})

describe('arrow keys', () => {
  const graph = buildGraph(source(), options)
  test.each([
    ['a', 'ArrowRight', 'b'],
    ['b', 'ArrowLeft', 'a'],
    ['b', 'ArrowDown', 'd'],
    ['d', 'ArrowUp', 'b'],
    [undefined, 'ArrowRight', 'a'],
    ['a', 'ArrowLeft', undefined],
    ['a', 'x', undefined],
  ])('from %s, %s leads to %s', (from, key, to) => expect(traverse(graph, from, key)).toBe(to))
})

test('a card keeps its object while nothing about it changes', () => {
  const first = source()
  const before = reuseNodes([], buildGraph(first, options).nodes, new Set())
  const positions = new Map(first.layout.positions).set('a', { x: 8, y: 0 })
  const moved = buildGraph({ ...first, layout: { ...first.layout, positions } }, options)
  const after = reuseNodes(before, moved.nodes, new Set(['b']))
  expect(after.map((node, index) => node === before[index])).toEqual([false, false, true, true, true])
  expect(after[1]?.selected).toBe(true)
})

test('the members of a group move with its frame, and end where it left them', () => {
  const before = [...buildGraph(source(groups(false)), options).nodes]
  const shifted = before.map((node) =>
    node.id === groupKey('g')
      ? { ...node, position: { x: node.position.x + 10, y: node.position.y + 4 } }
      : node,
  )
  const during = dragNodes(before, shifted)
  expect(during.find(({ id }) => id === 'c')?.position).toEqual({ x: 610, y: 4 })
  const dragged = during.filter(({ id }) => id === groupKey('g'))
  expect(endOfDrag(before, dragged)).toEqual(
    new Map([
      ['b', { x: 310, y: 4, container: undefined }],
      ['c', { x: 610, y: 4, container: undefined }],
    ]),
  )
})

test('tidy puts what follows to the right, and nothing on top of anything else', () => {
  const size = { width: 224, height: 60 }
  const nodes = ['a', 'b', 'c', 'd'].map((id) => ({ id, ...size, folded: false }))
  const places = new Map(tidy({ nodes, edges: source().edges }).map((place) => [place.id, place]))
  const x = (id: string): number => places.get(id)?.x ?? Number.NaN
  expect(x('a')).toBeLessThan(x('b'))
  expect(x('b')).toBeLessThan(x('c'))
  expect(x('d')).toBe(x('b'))
  expect(Math.abs((places.get('b')?.y ?? 0) - (places.get('d')?.y ?? 0))).toBeGreaterThanOrEqual(size.height)
})
