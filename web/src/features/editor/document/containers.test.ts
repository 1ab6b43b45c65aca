import { describe, expect, test } from 'vitest'
import { BODY_CORNER } from '../../../components/graph/sizes.js'
import { checkLocally } from '../problems/local-checks.js'
import { locate } from '../problems/locate.js'
import { copy, duplicate, paste, readClip } from './clipboard.js'
import { addGroup, addNode, newNode, place, remove } from './commands.js'
import { refuseConnection } from './connections.js'
import { firstInside, lastInside, moveTo, refuseMove } from './containers.js'
import { type EditorDocument, nodesOf } from './document.js'
import { readDocument, writeDocument } from './json.js'
import { mergeDocuments } from './merge.js'
import { outlineOf } from './outline.js'
import { applyPatch, invertPatch } from './patch.js'
import { renameNode } from './rename.js'
import { nodeTypesForTests as types } from './test-node-types.js'

const log = (id: string, message = 'x') => ({ id, type: 'log.message', params: { message } })

// hook → each [ price → deep [ inner ] ] → done
const draft = {
  format: 'millrace/v1',
  name: 'orders',
  nodes: [
    { id: 'hook', type: 'trigger.webhook', params: { path: 'orders' } },
    {
      id: 'each',
      type: 'flow.map',
      params: { items: '{{ trigger.orders }}' },
      body: {
        nodes: [
          log('price', '{{ item.price }}'),
          {
            id: 'deep',
            type: 'flow.map',
            params: { items: '{{ steps.price.output }}' },
            body: { nodes: [log('inner', '{{ steps.later.output }}')], edges: [] },
          },
        ],
        edges: [{ from: 'price', to: 'deep', port: 'main' }],
      },
    },
    log('done'),
  ],
  edges: [
    { from: 'hook', to: 'each', port: 'main' },
    { from: 'each', to: 'done', port: 'main' },
  ],
  ui: { positions: { each: { x: 300, y: 0 }, price: { x: 40, y: 60 } }, folded: { deep: true } },
}
const { document, repairs } = readDocument(draft)
const inEach = (id: string, at = BODY_CORNER) =>
  moveTo(document, types, new Map([[id, { ...at, container: 'each' }]]))
const chosen = (...nodes: string[]) => ({
  nodes: new Set(nodes),
  edges: new Set<string>(),
  notes: new Set<string>(),
})
const containersIn = (after: EditorDocument) =>
  nodesOf(after).map(({ id }) => `${after.nodes.get(id)?.container ?? ''}/${id}`)

test('bodies are rows like all others, and are written back as they were', () => {
  expect(repairs).toEqual([])
  expect(containersIn(document)).toEqual(['/hook', '/each', 'each/price', 'each/deep', 'deep/inner', '/done'])
  expect(writeDocument(document)).toEqual(draft)
})

test('a body that cannot be read is named', () => {
  const { repairs: named } = readDocument({ nodes: [{ id: 'each', type: 'flow.map', body: [1] }] })
  expect(named).toEqual(['The body of each cannot be read and was left out.'])
})

describe('moving', () => {
  test('into a container cuts what would lead across its rim, and is undone as one', () => {
    const { patch, cut } = inEach('done', { x: 2, y: 2 })
    const after = applyPatch(document, patch)
    expect(after.nodes.get('done')?.container).toBe('each')
    expect(after.positions.get('done')).toEqual(BODY_CORNER)
    expect(cut).toBe(1)
    expect([...after.edges.values()].map(({ edge }) => `${edge.from} ${edge.to}`)).toEqual([
      'price deep',
      'hook each',
    ])
    expect(applyPatch(after, invertPatch(patch))).toEqual(document)
  })

  test('a container takes its body along', () => {
    const { patch } = moveTo(document, types, new Map([['deep', { x: 0, y: 400, container: undefined }]]))
    const after = applyPatch(document, patch)
    expect(containersIn(after)).toContain('/deep')
    expect(containersIn(after)).toContain('deep/inner')
  })

  test.each([
    ['hook', 'each', 'a trigger'],
    ['each', 'deep', 'in itself'],
    ['price', 'done', 'holds no other nodes'],
  ])('%s does not go into %s', (id, container, reason) => {
    expect(refuseMove(document, types, id, container)).toContain(reason)
    const { patch, refusals } = moveTo(document, types, new Map([[id, { x: 0, y: 0, container }]]))
    expect(patch).toEqual([])
    expect(refusals).toHaveLength(1)
  })

  test('containers go eight deep', () => {
    const levels = Array.from({ length: 8 }, (_, level) => `m${level}`)
    const tower = levels.reduceRight<object[]>(
      (nodes, id) => [{ id, type: 'flow.map', params: {}, body: { nodes, edges: [] } }],
      [log('leaf')],
    )
    const deep = readDocument({
      nodes: [...tower, { id: 'more', type: 'flow.map', params: {} }] as never,
    }).document
    expect(refuseMove(deep, types, 'more', 'm6')).toBeUndefined()
    expect(refuseMove(deep, types, 'more', 'm7')).toContain('at most 8')
  })

  test('within a frame nothing stands on its title', () => {
    const after = applyPatch(document, place(document, new Map([['price', { x: -40, y: 0 }]])))
    expect(after.positions.get('price')).toEqual(BODY_CORNER)
  })
})

test('connections stay within a body', () => {
  expect(refuseConnection(document, types, { from: 'hook', port: 'main' }, 'price')).toContain(
    'another container',
  )
  expect(refuseConnection(document, types, { from: 'hook', port: 'main' }, 'done')).toBeUndefined()
})

test('a new container comes with a body that is valid', () => {
  const node = newNode('map', 'flow.map', { items: [] })
  const added = applyPatch(document, addNode(document, { node, at: { x: 0, y: 0 } }))
  const inside = firstInside(document, types, { id: 'map', type: types.get('flow.map') })
  if (inside === undefined) throw new Error('nothing inside')
  const whole = applyPatch(added, addNode(added, inside))
  const problems = locate(checkLocally(writeDocument(whole), types), whole)
  expect(problems.filter((each) => each.node === 'map' && each.problem.code === 'MISSING_BODY')).toEqual([])
  expect(lastInside(whole, 'map')).toBe('json')
  expect(firstInside(document, types, { id: 'x', type: types.get('log.message') })).toBeUndefined()
})

test('a container goes with all that is in it, its body alone leaves it', () => {
  const without = applyPatch(document, remove(document, chosen('each')))
  expect(containersIn(without)).toEqual(['/hook', '/done'])
  expect(without.folded.size + without.edges.size).toBe(0)
  expect(containersIn(applyPatch(document, remove(document, chosen('deep'))))).toContain('each/price')
})

test('a copied container is pasted whole, and reads its own steps by their new ids', () => {
  const clip = readClip(copy(document, chosen('each'), types))
  if (clip === undefined) throw new Error('not a clip')
  const pasted = paste(document, clip, { x: 0, y: 500, container: undefined }, types)
  const after = applyPatch(document, pasted.patch)
  expect([...pasted.ids]).toEqual(['each2'])
  expect(containersIn(after)).toEqual(
    expect.arrayContaining(['/each2', 'each2/price2', 'each2/deep2', 'deep2/inner2']),
  )
  expect(after.nodes.get('deep2')?.node.params).toEqual({ items: '{{ steps.price2.output }}' })
  expect(after.positions.get('price2')).toEqual({ x: 40, y: 60 })
  expect(after.folded.has('deep2')).toBe(true)
})

test('a node of a body is duplicated in its body', () => {
  const after = applyPatch(document, duplicate(document, chosen('price'), types).patch)
  expect(after.nodes.get('price2')?.container).toBe('each')
})

test('a renamed container keeps its body', () => {
  const after = applyPatch(document, renameNode(document, 'each', 'orders', types))
  expect(containersIn(after)).toContain('orders/price')
  const deep = applyPatch(document, renameNode(document, 'deep', 'flat', types))
  expect([...deep.folded.keys()]).toEqual(['flat'])
})

test('a group is of one body', () => {
  const after = applyPatch(
    document,
    addGroup(document, 'g', { title: 'G', nodes: new Set(['price', 'done']) }),
  )
  expect(after.groups.get('g')?.nodes).toEqual(['price'])
})

test('problems in a body are found at their node and field', () => {
  const found = locate(checkLocally(draft, types), document)
  expect(found.filter(({ node }) => node === 'inner')).toMatchObject([
    { field: '/params/message', problem: { code: 'NOT_UPSTREAM' } },
  ])
  const stray = { ...draft.nodes[1], body: { nodes: [log('a')], edges: [{ from: 'a', to: 'done' }] } }
  const crossing = { ...draft, nodes: [draft.nodes[0], stray, draft.nodes[2]] } as never
  const read = readDocument(crossing).document
  expect(locate(checkLocally(crossing, types), read).map(({ edge }) => edge)).toContain('["a","main","done"]')
})

test('the outline shows a body under its container, one level deeper', () => {
  expect(outlineOf(document).map(({ id, level }) => `${level} ${id}`)).toEqual([
    '1 hook',
    '1 each',
    '2 price',
    '2 deep',
    '3 inner',
    '1 done',
  ])
})

describe('two authors', () => {
  const merge = (mine: EditorDocument, theirs: EditorDocument) => {
    const { patch, conflicts } = mergeDocuments(document, mine, theirs)
    return { after: applyPatch(mine, patch), conflicts }
  }
  const withMessage = (id: string, message: string) => {
    const row = document.nodes.get(id)
    if (row === undefined) throw new Error(id)
    const node = { ...row.node, params: { message } }
    return { ...document, nodes: new Map(document.nodes).set(id, { ...row, node }) }
  }

  test('change nodes of one body, and both changes stand', () => {
    const { after, conflicts } = merge(withMessage('price', 'mine'), withMessage('inner', 'theirs'))
    expect(conflicts).toEqual([])
    expect(after.nodes.get('price')?.node.params).toEqual({ message: 'mine' })
    expect(after.nodes.get('inner')?.node.params).toEqual({ message: 'theirs' })
  })

  test('one deletes a container, the other puts a node into it: the container stays', () => {
    const mine = applyPatch(document, inEach('done').patch)
    const theirs = applyPatch(document, remove(document, chosen('each')))
    const { after } = merge(mine, theirs)
    expect(containersIn(after)).toEqual(['/hook', '/each', 'each/done'])
    expect(after.positions.get('each')).toEqual({ x: 300, y: 0 })
  })

  test('each puts one container into the other: no node is lost', () => {
    const two = readDocument({
      nodes: [
        { id: 'a', type: 'flow.map', params: {} },
        { id: 'b', type: 'flow.map', params: {} },
      ],
    }).document
    const moved = (id: string, container: string) =>
      applyPatch(two, moveTo(two, types, new Map([[id, { x: 0, y: 0, container }]])).patch)
    const mine = moved('a', 'b')
    const { patch } = mergeDocuments(two, mine, moved('b', 'a'))
    const written = JSON.stringify(writeDocument(applyPatch(mine, patch)))
    expect(written).toContain('"id":"a"')
    expect(written).toContain('"id":"b"')
  })

  test('both move a node: mine stands, and theirs is told', () => {
    const mine = applyPatch(document, inEach('done').patch)
    const place = { x: 0, y: 0, container: 'deep' }
    const theirs = applyPatch(document, moveTo(document, types, new Map([['done', place]])).patch)
    const { after, conflicts } = merge(mine, theirs)
    expect(after.nodes.get('done')?.container).toBe('each')
    expect(conflicts).toMatchObject([{ key: 'done', member: 'container', mine: 'each', theirs: 'deep' }])
  })
})
