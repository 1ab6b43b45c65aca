import { expect, test } from 'vitest'
import { readDocument } from '../document/json.js'
import { nodeTypesForTests as types } from '../document/test-node-types.js'
import { createEditorActions } from './editor-actions.js'
import { createEditorStore } from './editor-store.js'

const log = (id: string) => ({ id, type: 'log.message', params: {} })

// [ each: one ] below it: below; two and three are a group
const open = () => {
  const { document } = readDocument({
    nodes: [
      { id: 'each', type: 'flow.map', params: {}, body: { nodes: [log('one')], edges: [] } },
      log('below'),
      log('two'),
      log('three'),
    ],
    ui: {
      positions: {
        each: { x: 0, y: 0 },
        one: { x: 24, y: 56 },
        below: { x: 0, y: 160 },
        two: { x: 900, y: 0 },
        three: { x: 900, y: 200 },
      },
      groups: { pair: { title: 'Pair', nodes: ['two', 'three'], collapsed: false } },
    },
  })
  const store = createEditorStore(document, () => 0)
  return { store, actions: createEditorActions(store, types) }
}

test('a node added to a frame makes room for it in the same step, and one undo takes both back', () => {
  const { store, actions } = open()
  const before = store.getState().document.positions
  actions.add('log.message', { x: 24, y: 300, container: 'each' })
  expect(store.getState().document.positions.get('below')?.y).toBeGreaterThanOrEqual(300 + 60 + 24)
  expect(store.getState().history.past).toHaveLength(1)
  store.getState().undo()
  expect(store.getState().document.positions).toEqual(before)
})

test('the keyboard is at what stands for what is folded away, and comes back into what is opened', () => {
  const { store, actions } = open()
  const { select } = store.getState()
  select(new Set(['one']))
  actions.setFolded('each', true)
  expect(store.getState().focused).toBe('each')

  select(new Set(['three']))
  actions.setGroup('group:pair', { collapsed: true })
  expect(store.getState().focused).toBe('group:pair')
  actions.setGroup('group:pair', { collapsed: false })
  expect(store.getState().focused).toBe('two')
})

test('the members of a selected group are selected for whatever takes nodes', () => {
  const { store, actions } = open()
  store.getState().select(new Set(['group:pair', 'below']))
  expect([...actions.selectedNodes()].sort()).toEqual(['below', 'three', 'two'])
})
