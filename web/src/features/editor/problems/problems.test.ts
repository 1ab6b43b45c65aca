import { expect, onTestFinished, test } from 'vitest'
import { commandOf } from '../canvas/canvas-keys.js'
import { searchChoices, typeChoices } from '../dialogs/choices.js'
import { readDocument } from '../document/json.js'
import { nodeTypesForTests as types } from '../document/test-node-types.js'
import { startsOf } from '../publish/starts.js'
import { checkInTurns, checkLocally } from './local-checks.js'
import { locate } from './locate.js'

const draft = {
  format: 'millrace/v1',
  name: 'orders',
  nodes: [
    { id: 'hook', type: 'trigger.webhook', params: { path: 'orders' } },
    { id: 'first', type: 'log.message', params: { message: 'see {{ steps.second.output }}' } },
    { id: 'second', type: 'flow.condition', params: { if: 'steps.nobody.output > 1 and "steps.quoted"' } },
    { id: 'lost', type: 'log.mesage', params: {} },
  ],
  edges: [
    { from: 'hook', to: 'first' },
    { from: 'first', to: 'second' },
    { from: 'second', to: 'lost', port: 'maybe' },
  ],
}

test('the engine says in the browser what is wrong with the graph and with what expressions read', () => {
  const { document } = readDocument(draft)
  const found = locate(checkLocally(draft, types), document)
  expect(
    found.map(({ problem, node, edge }) => [problem.code, node ?? (edge === undefined ? '' : 'edge')]),
  ).toEqual(
    expect.arrayContaining([
      ['NOT_UPSTREAM', 'first'],
      ['NOT_UPSTREAM', 'second'],
      ['UNKNOWN_NODE_TYPE', 'lost'],
      ['UNKNOWN_PORT', 'edge'],
    ]),
  )
  expect(found.find(({ node }) => node === 'first')?.field).toBe('/params/message')
  expect(found.some(({ problem }) => problem.message.includes('quoted'))).toBe(false)
})

test('a search finds every word anywhere, names that begin with it first', () => {
  const choices = typeChoices(types.values(), true)
  expect(searchChoices(choices, 'flow cond').map(({ key }) => key)).toEqual(['type:flow.condition'])
  expect(searchChoices(choices, 'nothing like this')).toEqual([])
  expect(typeChoices(types.values(), false).some(({ key }) => key === 'type:trigger.webhook')).toBe(false)
})

test('keys mean the same with Control and Command, and leave the browser its own', () => {
  const key = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }
  expect(commandOf({ ...key, key: 'z', ctrlKey: true })).toBe('undo')
  expect(commandOf({ ...key, key: 'Z', metaKey: true, shiftKey: true })).toBe('redo')
  expect(commandOf({ ...key, key: 'ArrowUp', altKey: true })).toBe('nudge')
  expect(commandOf({ ...key, key: 'Tab' })).toBeUndefined()
  expect(commandOf({ ...key, key: 'r', ctrlKey: true })).toBeUndefined()
})

test('a published webhook is called by a line for a terminal', () => {
  const [start] = startsOf(readDocument(draft).document, 'default', 'http://localhost:3000')
  expect(start?.curl).toBe(
    `curl -X POST http://localhost:3000/hooks/default/orders -H 'content-type: application/json' -d '{"hello":"world"}'`,
  )
})

test('10,000 nodes are checked in turns, between which keys are answered, and no further once nobody asks', async () => {
  const ids = Array.from({ length: 9_999 }, (_, at) => `n${at}`)
  const large = {
    format: 'millrace/v1',
    name: 'large',
    nodes: [
      { id: 'start', type: 'trigger.webhook', params: { path: 'large' } },
      ...ids.map((id) => ({ id, type: 'log.message', params: { message: '{{ trigger.a }}' } })),
    ],
    edges: ids.map((to, at) => ({ from: ids[at - 1] ?? 'start', to })),
  }
  let keys = 0
  const typing = setInterval(() => {
    keys += 1
  })
  onTestFinished(() => clearInterval(typing))
  expect(await checkInTurns(large, types, new AbortController().signal)).toEqual([])
  expect(keys).toBeGreaterThan(3)

  const question = new AbortController()
  const left = checkInTurns(large, types, question.signal)
  question.abort()
  expect(await left).toBeUndefined()
})
