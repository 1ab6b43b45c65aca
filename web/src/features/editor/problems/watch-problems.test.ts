import type { DefinitionProblem, JsonObject } from '@millrace/contracts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readDocument } from '../document/json.js'
import { nodeTypesForTests as types } from '../document/test-node-types.js'
import { createEditorActions } from '../store/editor-actions.js'
import { createEditorStore } from '../store/editor-store.js'
import { watchProblems } from './watch-problems.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

//  hook ─▶ first      lost
const draft = {
  format: 'millrace/v1',
  name: 'orders',
  nodes: [
    { id: 'hook', type: 'trigger.webhook', params: { path: 'orders' } },
    { id: 'first', type: 'log.message', params: { message: 'one' } },
    { id: 'lost', type: 'log.message', params: { message: 'two' } },
  ],
  edges: [{ from: 'hook', to: 'first' }],
}

const onFirst: DefinitionProblem = {
  code: 'INVALID_PARAM',
  pointer: '/nodes/1/params/message',
  message: 'said by the server',
  hint: '',
}

/** The codes found last, and what the server was asked. */
const watch = () => {
  const store = createEditorStore(readDocument(draft).document, () => 0)
  const actions = createEditorActions(store, types)
  const asked: { definition: JsonObject; signal: AbortSignal }[] = []
  let codes: string[] = []
  const stop = watchProblems(
    store,
    types,
    async (definition, signal) => {
      asked.push({ definition, signal })
      return [onFirst]
    },
    (found) => {
      codes = found.map(({ problem }) => problem.code)
    },
  )
  return { actions, asked, stop, codes: () => codes }
}

test('the engine answers before the server is asked, and the server has the last word', async () => {
  const { asked, codes } = watch()
  await vi.advanceTimersByTimeAsync(50)
  expect([codes(), asked.length]).toEqual([['UNREACHABLE_NODE'], 0])
  await vi.advanceTimersByTimeAsync(200)
  expect([codes(), asked.length]).toEqual([['INVALID_PARAM'], 1])
})

test('what the server said of a node stays until that node changes', async () => {
  const { actions, codes } = watch()
  await vi.advanceTimersByTimeAsync(200)
  const lost = { id: 'lost', type: 'log.message', params: { message: 'three' } }
  actions.replaceNode('lost', lost)
  await vi.advanceTimersByTimeAsync(50)
  expect(codes()).toEqual(['UNREACHABLE_NODE', 'INVALID_PARAM'])
  actions.replaceNode('first', { ...lost, id: 'first' })
  await vi.advanceTimersByTimeAsync(50)
  expect(codes()).toEqual(['UNREACHABLE_NODE'])
})

test('changes that follow closely are one question; a place is none', async () => {
  const { actions, asked, stop } = watch()
  for (const name of ['a', 'b', 'c']) {
    actions.setField('name', name)
    await vi.advanceTimersByTimeAsync(20)
  }
  await vi.advanceTimersByTimeAsync(200)
  expect(asked.map(({ definition }) => definition['name'])).toEqual(['c'])
  actions.move(new Map([['lost', { x: 8, y: 8, container: undefined }]]))
  await vi.advanceTimersByTimeAsync(200)
  expect(asked.length).toBe(1)
  stop()
  expect(asked[0]?.signal.aborted).toBe(true)
})
