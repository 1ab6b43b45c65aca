import type { NodeTypeDescriptor } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { buildGraph, type FlowNode, groupKey } from './build-graph.js'
import { cornersOf, endOfDrag, frameAt } from './drag.js'
import type { GraphSource } from './graph-types.js'
import { readLayout } from './layout.js'
import { BODY_CORNER, frameSize } from './sizes.js'
import { tidy } from './tidy.js'
import { traverse } from './traverse.js'

// start → each [ price → deep [ inner ] ] → done
const source = (layout: object = {}): GraphSource => ({
  nodes: ['price', 'start', 'each', 'deep', 'inner', 'done'].map((id) => ({
    id,
    type: 'log.message',
    params: {},
  })),
  edges: [
    { from: 'start', to: 'each', port: 'main' },
    { from: 'price', to: 'deep', port: 'main' },
    { from: 'each', to: 'done', port: 'main' },
  ],
  containers: new Map([
    ['price', 'each'],
    ['deep', 'each'],
    ['inner', 'deep'],
  ]),
  layout: readLayout({
    positions: {
      start: { x: 0, y: 0 },
      each: { x: 300, y: 0 },
      price: { ...BODY_CORNER },
      deep: { x: 324, y: 56 },
      inner: { ...BODY_CORNER },
      done: { x: 1200, y: 0 },
    },
    ...layout,
  }),
})
const options = {
  types: new Map<string, NodeTypeDescriptor>(),
  density: 'normal' as const,
  positions: new Map(),
}
const byId = (nodes: readonly FlowNode[]) => new Map(nodes.map((node) => [node.id, node]))

describe('an open container', () => {
  const { nodes } = buildGraph(source(), options)

  test('is a frame as large as its body, drawn before what stands in it', () => {
    expect(nodes.map(({ id, type, parentId = '' }) => `${parentId}/${id} ${type}`)).toEqual([
      '/start card',
      '/each frame',
      '/done card',
      'each/price card',
      'each/deep frame',
      'deep/inner card',
    ])
    const card = { width: 224, height: 60 }
    const deep = frameSize([{ ...BODY_CORNER, ...card }])
    expect(byId(nodes).get('deep')).toMatchObject(deep)
    expect(byId(nodes).get('each')).toMatchObject({
      width: 324 + deep.width + 24,
      height: 56 + deep.height + 24,
    })
  })

  test('is found under a point, the innermost one, and not while it is moved itself', () => {
    const { x, y } = cornersOf(nodes).get('inner') ?? { x: 0, y: 0 }
    expect(frameAt(nodes, { x: x + 5, y: y + 5 })).toBe('deep')
    expect(frameAt(nodes, { x: x + 5, y: y + 5 }, new Set(['deep']))).toBe('each')
    expect(frameAt(nodes, { x: x + 5, y: y + 5 }, new Set(['each']))).toBeUndefined()
    expect(frameAt(nodes, { x: -50, y: 0 })).toBeUndefined()
  })

  test('takes in what is dropped on it, and lets go what is dropped outside', () => {
    const drag = (id: string, position: { x: number; y: number }) => {
      const node = byId(nodes).get(id)
      return node === undefined ? [] : [{ ...node, position }]
    }
    expect(endOfDrag(nodes, drag('start', { x: 330, y: 80 })).get('start')).toEqual({
      x: 30,
      y: 80,
      container: 'each',
    })
    expect(endOfDrag(nodes, drag('price', { x: 0, y: 500 })).get('price')).toEqual({
      x: 300,
      y: 500,
      container: undefined,
    })
    expect(endOfDrag(nodes, drag('each', { x: 310, y: 10 })).get('each')).toMatchObject({
      container: undefined,
    })
  })

  test.each([
    ['each', 'ArrowDown', 'price'],
    ['price', 'ArrowRight', 'deep'],
    ['deep', 'ArrowDown', 'inner'],
    ['inner', 'ArrowRight', 'deep'],
    ['price', 'ArrowLeft', 'each'],
    ['each', 'ArrowRight', 'done'],
  ])('from %s, %s leads to %s', (from, key, to) =>
    expect(traverse(buildGraph(source(), options), from, key)).toBe(to),
  )
})

describe('a folded container', () => {
  test('is a card, and nothing of its body is drawn', () => {
    const { nodes, edges } = buildGraph(source({ folded: { each: true } }), options)
    expect(nodes.map(({ id, type }) => `${id} ${type}`)).toEqual(['start card', 'each card', 'done card'])
    expect(edges.map((edge) => `${edge.source} ${edge.target}`)).toEqual(['start each', 'each done'])
    expect(byId(nodes).get('each')).toMatchObject({ data: { inside: 2 } })
  })

  test('in a collapsed group is not drawn either', () => {
    const groups = { g: { title: 'G', nodes: ['each', 'done'], collapsed: true } }
    expect(buildGraph(source({ groups }), options).nodes.map(({ id }) => id)).toEqual([
      groupKey('g'),
      'start',
    ])
  })
})

test('tidy lays out bodies first, and gives their containers the room', () => {
  const { nodes, edges, containers } = source()
  const request = nodes.map(({ id }) => ({
    id,
    width: 224,
    height: 60,
    container: containers.get(id),
    folded: false,
  }))
  const places = new Map(tidy({ nodes: request, edges }).map((place) => [place.id, place]))
  expect(places.get('price')).toMatchObject({ x: BODY_CORNER.x })
  expect(places.get('inner')).toEqual({ id: 'inner', ...BODY_CORNER })
  const each = places.get('each')?.x ?? Number.NaN
  const width = (places.get('deep')?.x ?? Number.NaN) + frameSize([]).width
  expect(places.get('done')?.x).toBeGreaterThan(each + width)
})
