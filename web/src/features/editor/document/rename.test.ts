import { describe, expect, test } from 'vitest'
import { copy, duplicate, paste, readClip } from './clipboard.js'
import type { NodeDraft } from './document.js'
import { readDocument, writeDocument } from './json.js'
import { applyPatch, type Patch } from './patch.js'
import { renameInSource, renameInTemplate } from './references.js'
import { refuseId, renameNode } from './rename.js'
import { nodeTypesForTests } from './test-node-types.js'

const renames = new Map([['fetch', 'load']])
const toDashed = new Map([['fetch', 'load-all']])

describe('renameInSource', () => {
  test.each([
    ['steps.fetch.output.body', 'steps.load.output.body'],
    ['$.steps.fetch.output', '$.steps.load.output'],
    ['$$.steps.fetch.output', '$$.steps.load.output'],
    ['steps . fetch . output', 'steps.load . output'],
    ['steps.`fetch`.output', 'steps.load.output'],
    ['steps["fetch"].output', 'steps["load"].output'],
    ['$sum(steps.fetch.output.items.steps.fetch)', '$sum(steps.load.output.items.steps.fetch)'],
    ['"steps.fetch" & steps.fetch.output', '"steps.fetch" & steps.load.output'],
    ['/* steps.fetch */ steps.fetch', '/* steps.fetch */ steps.load'],
    ['steps.fetched.output', 'steps.fetched.output'],
    ['mysteps.fetch', 'mysteps.fetch'],
    ['body.steps.fetch', 'body.steps.fetch'],
    ['$steps.fetch', '$steps.fetch'],
  ])('%s', (before, after) => expect(renameInSource(before, renames)).toBe(after))

  test('an id that is no plain name is quoted', () =>
    expect(renameInSource('steps.fetch.output', toDashed)).toBe('steps.`load-all`.output'))
})

test('a text around templates stays', () =>
  expect(renameInTemplate('steps.fetch says {{ steps.fetch.output }}', renames)).toBe(
    'steps.fetch says {{ steps.load.output }}',
  ))

test('a template ends where its own braces do, and escaped ones begin none', () =>
  expect(renameInTemplate('\\{{ steps.fetch }} {{ {"a": {"b": 1}} & steps.fetch.output }}', renames)).toBe(
    '\\{{ steps.fetch }} {{ {"a": {"b": 1}} & steps.load.output }}',
  ))

const draft = {
  format: 'millrace/v1',
  name: 'orders',
  nodes: [
    {
      id: 'hook',
      type: 'trigger.webhook',
      params: { path: 'orders', auth: { kind: 'github', credential: 'gh' } },
    },
    {
      id: 'fetch',
      type: 'http.request',
      params: {
        url: 'https://x.example/{{ trigger.body.id }}',
        headers: { Authorization: 'Bearer abc', accept: '*/*' },
      },
    },
    { id: 'vip', type: 'flow.condition', params: { if: 'steps.fetch.output.body.spend > 1000' } },
    {
      id: 'script',
      type: 'transform.script',
      params: { code: 'return steps.fetch.output // steps', input: { a: '{{ steps.fetch.output }}' } },
    },
  ],
  edges: [
    { from: 'hook', to: 'fetch', port: 'main' },
    { from: 'fetch', to: 'vip', port: 'main', when: 'steps.fetch.output.status = 200' },
    { from: 'vip', to: 'script', port: 'true' },
  ],
  settings: { concurrency: { limit: 1, key: '{{ steps.fetch.output.key }}' } },
  ui: {
    positions: { fetch: { x: 1, y: 2 } },
    groups: { g: { title: 'G', nodes: ['fetch'], collapsed: false } },
  },
}
const { document } = readDocument(draft)

describe('renameNode', () => {
  const renamed = writeDocument(
    applyPatch(document, renameNode(document, 'fetch', 'load', nodeTypesForTests)),
  )

  test('all that named the node names it by its new id, in the order it was', () => {
    const text = JSON.stringify(renamed)
    expect(text).not.toContain('fetch')
    expect(text.match(/load/g)).toHaveLength(10)
    expect((renamed.nodes as unknown as NodeDraft[]).map(({ id }) => id)).toEqual([
      'hook',
      'load',
      'vip',
      'script',
    ])
  })

  test('what undoes a node is named by its new id, and undoes no copy but its own', () => {
    const nodes = [
      { id: 'charge', type: 'http.request', params: {}, compensate: 'refund' },
      { id: 'refund', type: 'http.request', params: {} },
    ]
    const { document } = readDocument({ ...draft, nodes, edges: [], ui: {} })
    const undoneBy = (patch: Patch) =>
      [...applyPatch(document, patch).nodes.values()].map(({ node }) => node['compensate'])
    expect(undoneBy(renameNode(document, 'refund', 'repay', nodeTypesForTests))).toEqual(['repay', undefined])
    const nothing = { edges: new Set<string>(), notes: new Set<string>() }
    const copied = (...ids: string[]) =>
      undoneBy(duplicate(document, { ...nothing, nodes: new Set(ids) }, nodeTypesForTests).patch).slice(2)
    expect(copied('charge')).toEqual([undefined])
    expect(copied('charge', 'refund')).toEqual(['refund2', undefined])
  })

  test.each([
    ['hook', 'another node has the id hook'],
    ['1st', 'use a letter or _'],
    ['constructor', 'reserved'],
  ])('%s is refused', (id, reason) => {
    expect(refuseId(document, 'fetch', id)).toContain(reason)
    expect(renameNode(document, 'fetch', id, nodeTypesForTests)).toEqual([])
  })
})

test('what stands inside of a container reads the renamed node by its new id', () => {
  const each = {
    id: 'each',
    type: 'flow.map',
    params: {},
    body: {
      nodes: [{ id: 'inner', type: 'flow.condition', params: { if: 'steps.fetch.output > item' } }],
      edges: [],
    },
  }
  const container = readDocument({ ...draft, nodes: [...draft.nodes, each] }).document
  const renamed = applyPatch(container, renameNode(container, 'fetch', 'load', nodeTypesForTests))
  expect(renamed.nodes.get('inner')?.node.params).toEqual({ if: 'steps.load.output > item' })
})

describe('copy and paste', () => {
  const all = { nodes: new Set(['hook', 'fetch', 'vip']), edges: new Set<string>(), notes: new Set<string>() }
  const text = copy(document, all, nodeTypesForTests)

  test('what is copied is JSON without credentials and tokens', () => {
    expect(text).not.toContain('gh')
    expect(text).not.toContain('Bearer')
    expect(JSON.parse(text).nodes).toHaveLength(3)
  })

  test('pasted nodes get ids of their own, and read each other by them', () => {
    const clip = readClip(text)
    if (clip === undefined) throw new Error('not a clip')
    const { patch, ids } = paste(document, clip, { x: 100, y: 100, container: undefined }, nodeTypesForTests)
    const after = applyPatch(document, patch)
    expect([...ids]).toEqual(['hook2', 'fetch2', 'vip2'])
    expect(after.nodes.get('vip2')?.node.params).toEqual({ if: 'steps.fetch2.output.body.spend > 1000' })
    expect(
      [...after.edges.values()].map(({ edge }) => `${edge.from} ${edge.to} ${edge.when ?? ''}`),
    ).toContain('fetch2 vip2 steps.fetch2.output.status = 200')
    expect(after.positions.get('fetch2')).toEqual({ x: 100, y: 100 })
  })

  test('a duplicate keeps its credentials', () => {
    const { patch } = duplicate(document, all, nodeTypesForTests)
    expect(applyPatch(document, patch).nodes.get('hook2')?.node.params.auth).toEqual({
      kind: 'github',
      credential: 'gh',
    })
  })

  test.each([
    '',
    'hello',
    '{',
    '[]',
    '{"format":"other","nodes":[]}',
    '{"format":"millrace/v1","nodes":[1,null]}',
  ])('%s is no clip', (garbage) => expect(readClip(garbage)).toBeUndefined())
})
