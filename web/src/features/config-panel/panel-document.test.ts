import { describeNodeTypes } from '@millrace/nodes'
import { describe, expect, it } from 'vitest'
import { type PanelDocument, type PanelNode, pinnablePorts, undoersOf, upstreamOf } from './panel-document.js'

const TYPES = new Map(describeNodeTypes().map((type) => [type.type, type]))

const node = (id: string, members: Partial<PanelNode> = {}): PanelNode => ({
  id,
  type: 'log.message',
  params: {},
  ...members,
})

/*
 *  start ──► reserve ──► charge       cancel      refund      spare
 *               ⤷ undone by cancel   ┌────────────────────┐
 *                                    │ each ⟶ inner, apart │
 */
const document: PanelDocument = {
  nodes: [
    node('start', { type: 'trigger.manual' }),
    node('reserve', { compensate: 'cancel' }),
    node('charge'),
    node('cancel'),
    node('refund'),
    node('spare'),
    node('each', { type: 'flow.map' }),
    node('inner'),
    node('apart'),
  ],
  edges: [
    { from: 'start', to: 'reserve', port: 'main' },
    { from: 'reserve', to: 'charge', port: 'main' },
    { from: 'charge', to: 'each', port: 'main' },
  ],
  containers: new Map([
    ['inner', 'each'],
    ['apart', 'each'],
  ]),
  vars: {},
}
const nodeOf = (id: string) => document.nodes.find((each) => each.id === id)!

describe('undoersOf', () => {
  it('offers what stands apart beside a node and undoes no other', () => {
    expect(undoersOf(document, nodeOf('charge'), TYPES)).toEqual(['refund', 'spare'])
    expect(undoersOf(document, nodeOf('reserve'), TYPES)).toEqual(['cancel', 'refund', 'spare'])
    expect(undoersOf(document, nodeOf('inner'), TYPES)).toEqual(['apart'])
  })

  it('keeps what the definition names, although it may not be named', () => {
    const named = { ...nodeOf('charge'), compensate: 'gone' }
    expect(undoersOf(document, named, TYPES)).toEqual(['refund', 'spare', 'gone'])
  })
})

describe('upstreamOf', () => {
  it('lets what undoes a node read that node, and what it reads', () => {
    expect(upstreamOf(document, 'cancel')).toEqual(['reserve', 'start'])
    expect(upstreamOf(document, 'charge')).toEqual(['reserve', 'start'])
  })

  it('ends where two nodes undo each other', () => {
    const nodes = [node('a', { compensate: 'b' }), node('b', { compensate: 'a' })]
    expect(upstreamOf({ ...document, nodes }, 'a')).toEqual(['b'])
  })
})

describe('pinnablePorts', () => {
  const ports = (each: PanelNode, edges: PanelDocument['edges'] = []) =>
    pinnablePorts({ edges }, each, TYPES.get(each.type))

  it('are those of the params as they stand, as the canvas draws them', () => {
    const wait = { type: 'flow.wait', params: { event: 'paid', onTimeout: 'port' } }
    expect(ports(node('a', wait))).toEqual(['main', 'timeout'])
    const cases = [{ equals: 1, port: 'one' }]
    expect(ports(node('a', { type: 'flow.switch', params: { cases } }))).toEqual(['one', 'default'])
    expect(ports(node('a', { type: 'flow.condition' }))).toEqual(['true', 'false'])
  })

  it('keep those that edges name, and never the error port', () => {
    const edges = ['old', 'error'].map((port) => ({ from: 'a', to: 'b', port }))
    expect(ports(node('a'), edges)).toEqual(['main', 'old'])
  })
})
