import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { duplicate } from './clipboard.js'
import {
  addGroup,
  addNode,
  connect,
  edgeFrom,
  newNode,
  place,
  remove,
  setCondition,
  setField,
  setGroup,
  setNode,
  setNote,
} from './commands.js'
import { type EditorDocument, nodesOf } from './document.js'
import { EMPTY_HISTORY, type History, record, redo, undo } from './history.js'
import { freshId } from './ids.js'
import { readDocument, writeDocument } from './json.js'
import { applyPatch, type Patch } from './patch.js'
import { renameNode } from './rename.js'

const empty = readDocument({ format: 'millrace/v1', name: 'test', nodes: [], edges: [] }).document

/** Any command on whatever is there: `pick` and `other` choose among the nodes. */
const command = fc.record({
  kind: fc.constantFrom(
    'add',
    'move',
    'connect',
    'delete',
    'rename',
    'params',
    'duplicate',
    'group',
    'collapse',
    'note',
    'field',
    'condition',
  ),
  pick: fc.nat(),
  other: fc.nat(),
  x: fc.integer({ min: -500, max: 500 }),
})
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

const run = (document: EditorDocument, { kind, pick, other, x }: Command): Patch => {
  const ids = [...document.nodes.keys()]
  const [one = '', two = ''] = [ids[pick % ids.length], ids[other % ids.length]]
  const types = new Map()
  switch (kind) {
    case 'add':
      return addNode(document, {
        node: newNode(freshId('step', document.nodes), 'log.message'),
        at: { x, y: x },
      })
    case 'move':
      return place(
        document,
        new Map([
          [one, { x, y: 0 }],
          [two, { x: 0, y: x }],
        ]),
      )
    case 'connect':
      return ids.length < 2 ? [] : connect(document, edgeFrom(one, two))
    case 'delete':
      return remove(document, { nodes: new Set([one]), edges: new Set(), notes: new Set(['note']) })
    case 'rename':
      return renameNode(document, one, `renamed${x + 500}`, types)
    case 'params':
      return setNode(document, one, { params: { text: `{{ steps.${two}.output.x }} ${x}` } })
    case 'duplicate':
      return duplicate(document, { nodes: new Set([one, two]), edges: new Set(), notes: new Set() }, types)
        .patch
    case 'group':
      return addGroup(document, `group${x}`, { title: 'Group', nodes: new Set([one, two]) })
    case 'collapse':
      return setGroup(document, [...document.groups.keys()][0] ?? '', { collapsed: x > 0 })
    case 'note':
      return setNote(document, 'note', { x, y: x, width: 100, height: 50, text: 'why' })
    case 'field':
      return setField(document, 'description', `${x}`)
    case 'condition':
      return setCondition(document, [...document.edges.keys()][0] ?? '', `steps.${two}.output.x > ${x}`)
  }
}

const perform = (commands: readonly Command[]) => {
  let [document, history]: [EditorDocument, History] = [empty, EMPTY_HISTORY]
  for (const [at, each] of commands.entries()) {
    const patch = run(document, each)
    if (patch.length === 0) continue
    document = applyPatch(document, patch)
    history = record(history, { label: each.kind, patch, at: at * 10_000 })
  }
  return { document, history }
}

describe('undo and redo', () => {
  test('undo all gives the first document, redo all the last, to the order of the lists', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 260 }), (commands) => {
        const done = perform(commands)
        let back = { document: done.document, history: done.history }
        for (let step = undo(back.document, back.history); step; step = undo(back.document, back.history))
          back = step
        expect(back.document).toEqual(empty)
        expect(writeDocument(back.document)).toEqual(writeDocument(empty))
        for (let step = redo(back.document, back.history); step; step = redo(back.document, back.history))
          back = step
        expect(back.document).toEqual(done.document)
        expect(writeDocument(back.document)).toEqual(writeDocument(done.document))
      }),
      { numRuns: 60 },
    )
  })

  test('at least 200 steps can be undone', () => {
    const add: Command = { kind: 'add', pick: 0, other: 0, x: 1 }
    const { document, history } = perform(Array.from({ length: 300 }, () => add))
    expect(nodesOf(document)).toHaveLength(300)
    let back = { document, history }
    for (let step = undo(back.document, back.history); step; step = undo(back.document, back.history))
      back = step
    expect(back.document).toEqual(empty)
  })

  test('keystrokes in one field are one step, and a pause begins the next', () => {
    const node = applyPatch(
      empty,
      addNode(empty, { node: newNode('log', 'log.message'), at: { x: 0, y: 0 } }),
    )
    let [document, history] = [node, EMPTY_HISTORY]
    const type = (text: string, at: number) => {
      const patch = setNode(document, 'log', { params: { message: text } })
      document = applyPatch(document, patch)
      history = record(history, { label: 'Edit log', patch, field: 'params log', at })
    }
    type('h', 0)
    type('he', 300)
    type('hey', 5_000)
    expect(history.past).toHaveLength(2)
    const once = undo(document, history)
    expect(once?.document.nodes.get('log')?.node.params).toEqual({ message: 'he' })
  })
})

test('a deleted node comes back at its place in the lists', () => {
  const { document } = readDocument({
    nodes: ['a', 'b', 'c'].map((id) => ({ id, type: 'log.message', params: {} })),
    edges: [
      { from: 'a', to: 'b', port: 'main' },
      { from: 'b', to: 'c', port: 'main' },
    ],
  })
  const patch = remove(document, { nodes: new Set(['b']), edges: new Set(), notes: new Set() })
  const without = applyPatch(document, patch)
  expect(nodesOf(without).map(({ id }) => id)).toEqual(['a', 'c'])
  expect(without.edges.size).toBe(0)
  const back = undo(without, record(EMPTY_HISTORY, { label: '', patch, at: 0 }))
  expect(back && writeDocument(back.document)).toEqual(writeDocument(document))
})

test('moving a node to where it stands is no change', () => {
  const document = applyPatch(
    empty,
    addNode(empty, { node: newNode('log', 'log.message'), at: { x: 4, y: 2 } }),
  )
  expect(place(document, new Map([['log', { x: 4, y: 2 }]]))).toEqual([])
})
