import type { JsonObject } from '@millrace/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addNode, newNode, place, setFolded } from './commands.js'
import type { EditorDocument } from './document.js'
import { readDocument } from './json.js'
import { withRoom } from './make-room.js'
import { applyPatch, invertPatch, type Patch } from './patch.js'
import { sizesIn } from './placing.js'
import { nodeTypesForTests as types } from './test-node-types.js'

const log = (id: string) => ({ id, type: 'log.message', params: {} })
const map = (id: string, ...nodes: JsonObject[]) => ({
  id,
  type: 'flow.map',
  params: {},
  body: { nodes, edges: [] },
})

const sizes = (document: EditorDocument) => sizesIn(document, types, 'normal')
const roomy = (document: EditorDocument, patch: Patch) => withRoom(document, patch, sizes)
const at = (document: EditorDocument, ...ids: string[]) =>
  ids.map((id) => document.positions.get(id) ?? document.notes.get(id)).map((point) => [point?.x, point?.y])

// ┌each────────┐  right  far
// │ one        │
// └────────────┘  diagonal
//  below
const document = readDocument({
  nodes: [map('each', log('one')), log('right'), log('far'), log('below'), log('diagonal'), log('above')],
  edges: [],
  ui: {
    positions: {
      each: { x: 0, y: 0 },
      one: { x: 24, y: 56 },
      right: { x: 300, y: 20 },
      far: { x: 600, y: 20 },
      below: { x: 0, y: 160 },
      diagonal: { x: 300, y: 400 },
      above: { x: 0, y: -100 },
    },
    notes: { beside: { x: 300, y: -40, width: 200, height: 60, text: '' } },
  },
}).document

describe('a frame that grows', () => {
  test('to the right pushes all that stood beyond its rim as far, notes with it, and nothing else', () => {
    const after = applyPatch(
      document,
      roomy(document, place(document, new Map([['one', { x: 424, y: 56 }]]))),
    )
    // 672 wide now, and `right` stays 24 from it.
    expect(at(after, 'right', 'far', 'diagonal', 'beside')).toEqual([
      [696, 20],
      [996, 20],
      [696, 400],
      [696, -40],
    ])
    expect(at(after, 'each', 'below', 'above')).toEqual(at(document, 'each', 'below', 'above'))
  })

  test('downwards pushes what is below', () => {
    const after = applyPatch(
      document,
      roomy(document, place(document, new Map([['one', { x: 24, y: 256 }]]))),
    )
    expect(at(after, 'below', 'right')).toEqual([
      [0, 360],
      [300, 20],
    ])
  })

  test('is undone with what it pushed', () => {
    const patch = roomy(
      document,
      addNode(document, { node: newNode('two', 'log.message'), at: { x: 24, y: 300 }, container: 'each' }),
    )
    expect(patch.map(({ key }) => key)).toContain('below')
    const back = applyPatch(applyPatch(document, patch), invertPatch(patch))
    expect(back.positions).toEqual(document.positions)
  })

  test('when it is opened, as well', () => {
    const folded = {
      ...document,
      folded: new Map([['each', true as const]]),
      positions: new Map([...document.positions, ['below', { x: 0, y: 80 }]]),
    }
    const after = applyPatch(folded, roomy(folded, setFolded(folded, 'each', false)))
    expect(at(after, 'below')).toEqual([[0, 160]])
  })
})

test('a frame that grows within another makes that grow, too', () => {
  const nested = readDocument({
    nodes: [map('outer', map('inner', log('one')), log('behind')), log('next')],
    ui: {
      positions: {
        outer: { x: 0, y: 0 },
        inner: { x: 24, y: 56 },
        one: { x: 24, y: 56 },
        behind: { x: 330, y: 56 },
        next: { x: 620, y: 0 },
      },
    },
  }).document
  const after = applyPatch(nested, roomy(nested, place(nested, new Map([['one', { x: 124, y: 56 }]]))))
  expect(at(after, 'behind', 'next')).toEqual([
    [420, 56],
    [692, 0],
  ])
})

test('what does not overlap before does not overlap after', () => {
  const cell = fc.record({ x: fc.integer({ min: -3, max: 3 }), y: fc.integer({ min: -3, max: 3 }) })
  const grow = fc.record({ x: fc.integer({ min: 24, max: 900 }), y: fc.integer({ min: 56, max: 900 }) })
  fc.assert(
    fc.property(
      fc.uniqueArray(cell, { selector: ({ x, y }) => `${x} ${y}`, maxLength: 20 }),
      grow,
      (cells, to) => {
        const others = cells.filter(({ x, y }) => x !== 0 || y !== 0)
        const ids = ['each', ...others.map((_, index) => `n${index}`)]
        const positions = Object.fromEntries(
          others.map(({ x, y }, index) => [`n${index}`, { x: x * 280, y: y * 140 }]),
        )
        const before = readDocument({
          nodes: [map('each', log('one')), ...others.map((_, index) => log(`n${index}`))],
          ui: { positions: { ...positions, each: { x: 0, y: 0 }, one: { x: 24, y: 56 } } },
        }).document
        const after = applyPatch(before, roomy(before, place(before, new Map([['one', to]]))))
        const sizeOf = sizes(after)
        const boxes = ids.map((id) => ({ ...(after.positions.get(id) ?? { x: 0, y: 0 }), ...sizeOf(id) }))
        const overlapping = boxes.filter((one, index) =>
          boxes.some(
            (other, second) =>
              second > index &&
              one.x < other.x + other.width &&
              other.x < one.x + one.width &&
              one.y < other.y + other.height &&
              other.y < one.y + one.height,
          ),
        )
        expect(overlapping).toEqual([])
      },
    ),
  )
})
