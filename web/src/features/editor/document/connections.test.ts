import { portsOf } from '@millrace/engine'
import { expect, test } from 'vitest'
import { freeOutlet, refuseConnection, targetsOf } from './connections.js'
import { readDocument } from './json.js'
import { outlineOf } from './outline.js'
import { nodeTypesForTests as types } from './test-node-types.js'

// hook → vip ─true→ one → end
//            └false→ two ──┘
const { document } = readDocument({
  nodes: [
    { id: 'hook', type: 'trigger.webhook', params: {} },
    { id: 'vip', type: 'flow.condition', params: {} },
    { id: 'one', type: 'log.message', params: {} },
    { id: 'two', type: 'log.message', params: {} },
    { id: 'end', type: 'log.message', params: {} },
  ],
  edges: [
    { from: 'hook', to: 'vip' },
    { from: 'vip', to: 'one', port: 'true' },
    { from: 'vip', to: 'two', port: 'false' },
    { from: 'one', to: 'end' },
    { from: 'two', to: 'end' },
  ],
})

test.each([
  ['one', 'hook', 'is a trigger'],
  ['one', 'vip', 'cycle'],
  ['one', 'end', 'connected already'],
  ['one', 'one', 'itself'],
  ['one', 'nobody', 'no such node'],
])('%s may not lead to %s: %s', (from, to, reason) =>
  expect(refuseConnection(document, types, { from, port: 'main' }, to)).toContain(reason),
)

test('targets that may be chosen come first, the others say why not', () => {
  const targets = targetsOf(document, types, { from: 'one', port: 'main' })
  expect(targets.map(({ id, refusal }) => [id, refusal === undefined])).toEqual([
    ['two', true],
    ['hook', false],
    ['vip', false],
    ['end', false],
  ])
})

test('a new connection begins at the first port that leads nowhere yet', () => {
  expect(freeOutlet(document, types, 'end')).toEqual({ from: 'end', port: 'main' })
  expect(freeOutlet(document, types, 'vip')).toEqual({ from: 'vip', port: 'true' })
})

test('ports are those the params name where the schema says so, and the error port when failures are routed', () => {
  const params = { cases: [{ when: 'x', port: 'a' }, { when: 'y', port: 'b' }, { when: 'z', port: 'a' }, 4] }
  expect(portsOf(types.get('flow.switch'), params, 'route')).toEqual(['a', 'b', 'default', 'error'])
  expect(portsOf(types.get('flow.switch'), { fallback: 'rest' }, undefined)).toEqual(['rest'])
  expect(portsOf(types.get('flow.wait'), {}, undefined)).toEqual(['main'])
  expect(portsOf(types.get('flow.wait'), { onTimeout: 'port' }, 'route')).toEqual([
    'main',
    'timeout',
    'error',
  ])
  expect(portsOf(types.get('flow.wait'), { onTimeout: '{{ vars.x }}' }, undefined)).toEqual(['main'])
  expect(portsOf(undefined, {}, 'fail')).toEqual(['main'])
})

test('the outline reads from top to bottom, branches deeper, each node once', () => {
  expect(outlineOf(document)).toEqual([
    { id: 'hook', level: 1, port: undefined, alsoTo: [] },
    { id: 'vip', level: 1, port: undefined, alsoTo: [] },
    { id: 'one', level: 2, port: 'true', alsoTo: [] },
    { id: 'end', level: 2, port: undefined, alsoTo: [] },
    { id: 'two', level: 2, port: 'false', alsoTo: ['end'] },
  ])
})
