import { describe, expect, it } from 'vitest'
import { cutToPath, validateDefinition } from '../../src/index.js'
import { catalogue, expressions } from '../catalogue.js'
import { makeGraph } from '../run/play.js'

type Fields = Record<string, unknown>

/**
 *   start ──▶ charge ──▶ ship          each       holds `inner` and `undo-inner`
 *               ┆
 *             refund
 */
const check = (nodes: Record<string, Fields>, edges: readonly [string, string][] = []) => {
  const all: Record<string, Fields> = { start: { type: 'trigger.manual' }, ...nodes }
  return validateDefinition(
    {
      format: 'millrace/v1',
      name: 'orders',
      nodes: Object.entries(all).map(([id, fields]) => ({
        id,
        type: 'test.step',
        ...fields,
      })),
      edges: [['start', 'charge'], ['charge', 'ship'], ...edges].map(([from, to]) => ({ from, to })),
    },
    catalogue,
    expressions,
  ).problems
}

const sound = { charge: { compensate: 'refund' }, ship: {}, refund: {} }
const faults = (...args: Parameters<typeof check>) =>
  check(...args).map(({ code, pointer, message }) => `${code} ${pointer} ${message}`)

describe('a node that undoes another', () => {
  it('stands apart and is within reach all the same; it reads its owner and what ran before', () => {
    expect(check(sound)).toEqual([])
    const reads = (what: string) => check({ ...sound, refund: { params: { x: `{{ ${what} }}` } } })
    expect(reads('steps.charge.output')).toEqual([])
    expect(reads('steps.start.output')).toEqual([])
    expect(reads('steps.ship.output')).toMatchObject([{ code: 'NOT_UPSTREAM' }])
  })

  it('is read by none of the flow', () => {
    const ship = { params: { x: '{{ steps.refund.output }}' } }
    expect(check({ ...sound, ship })).toMatchObject([{ code: 'NOT_UPSTREAM' }])
  })

  it('exists, and says what may be meant', () => {
    const [problem, ...others] = check({ ...sound, charge: { compensate: 'refnd' }, refund: {} })
    expect(problem).toMatchObject({ code: 'INVALID_COMPENSATION', pointer: '/nodes/1/compensate' })
    expect(problem?.hint).toContain('refund')
    expect(others).toMatchObject([{ code: 'UNREACHABLE_NODE', pointer: '/nodes/3' }])
  })

  it.each([
    ['itself', { ...sound, charge: { compensate: 'charge' }, refund: undefined }, 'cannot undo itself'],
    ['a trigger', { ...sound, refund: { type: 'trigger.webhook' } }, 'is a trigger'],
    ['for two', { ...sound, ship: { compensate: 'refund' } }, 'undoes charge already'],
    ['undone itself', { ...sound, refund: { compensate: 'more' }, more: {} }, 'is not undone itself'],
    ['of a trigger', { ...sound, start: { type: 'trigger.manual', compensate: 'refund' } }, 'does nothing'],
  ])('is refused: %s', (_, { refund, ...nodes }, message) => {
    const found = faults({ ...nodes, ...(refund && { refund }) })
    expect(found.some((each) => each.includes('INVALID_COMPENSATION') && each.includes(message))).toBe(true)
  })

  it('has no edges', () => {
    expect(faults(sound, [['ship', 'refund']])).toEqual([
      'INVALID_COMPENSATION /edges/2 refund undoes charge, and stands apart from the flow',
    ])
  })

  it('stands in a body with what it undoes, and not across its border', () => {
    const inner = { id: 'inner', type: 'test.step', compensate: 'undo-inner' }
    const body = { nodes: [inner, { id: 'undo-inner', type: 'test.step' }] }
    expect(faults({ ...sound, each: { type: 'test.map', body } }, [['start', 'each']])).toEqual([])
    const across = { ...sound, charge: { compensate: 'undo-inner' }, each: { type: 'test.map', body } }
    expect(faults(across, [['start', 'each']]).join()).toContain('undo-inner is not in the same body')
  })

  it('may be a container, in which nothing is undone', () => {
    const inner = { id: 'inner', type: 'test.step', compensate: 'undo-inner' }
    const body = { nodes: [inner, { id: 'undo-inner', type: 'test.step' }] }
    const around = { nodes: [{ id: 'within', type: 'test.map', body }] }
    expect(faults({ ...sound, refund: { type: 'test.map', body: around } })).toEqual([
      'INVALID_COMPENSATION /nodes/3/body/nodes/0/body/nodes/0/compensate inner is inside of refund, which undoes, and is not undone itself',
    ])
  })
})

describe('a graph with such nodes', () => {
  const graph = makeGraph(sound, ['start>charge', 'charge>ship'])

  it('keeps them out of its ways in and out, and lists them behind what they undo', () => {
    const names = (nodes: readonly number[]) => nodes.map((node) => graph.nodes[node]!.id)
    expect(names(graph.root.entries)).toEqual(['start'])
    expect(names(graph.root.sinks)).toEqual(['ship'])
    expect(names(graph.root.compensators)).toEqual(['refund'])
    expect(names(graph.order)).toEqual(['start', 'charge', 'ship', 'refund'])
    expect(graph.compensatorOf(graph.indexOf('charge')!)).toBe(graph.indexOf('refund'))
    expect(graph.ownerOf(graph.indexOf('refund')!)).toBe(graph.indexOf('charge'))
  })

  it('is cut off from what would undo it when it is tried', () => {
    const cut = cutToPath(graph.definition, 'ship')
    expect(cut?.definition.nodes.map(({ id, compensate }) => [id, compensate])).toEqual([
      ['start', undefined],
      ['charge', undefined],
      ['ship', undefined],
    ])
  })
})
