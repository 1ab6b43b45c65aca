import { type DefinitionInput, definition } from '@millrace/contracts'
import { describe, expect, it } from 'vitest'
import { cutToPath, cutToStep } from '../../src/index.js'

/*
 *  start ──► a ──► b ──► c        start ──► side ──► c
 *            └─error─► alert      b ──(when)──► c
 */
const whole = definition.parse({
  format: 'millrace/v1',
  name: 'orders',
  nodes: [
    { id: 'start', type: 'trigger.manual' },
    { id: 'alert', type: 'log.message' },
    { id: 'a', type: 'http.request', onError: 'route' },
    { id: 'b', type: 'flow.condition' },
    { id: 'c', type: 'log.message' },
    { id: 'side', type: 'log.message' },
    { id: 'after', type: 'log.message' },
  ],
  edges: [
    { from: 'start', to: 'a' },
    { from: 'a', to: 'alert', port: 'error' },
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c', port: 'true', when: '{{ trigger.x }}' },
    { from: 'start', to: 'side' },
    { from: 'side', to: 'c' },
    { from: 'c', to: 'after' },
  ],
  ui: { positions: {} },
} satisfies DefinitionInput)

const idsOf = (cut: { nodes: readonly { id: string }[] }) => cut.nodes.map(({ id }) => id)
const edgesOf = (cut: { edges: readonly { from: string; to: string; port: string }[] }) =>
  cut.edges.map(({ from, to, port }) => `${from}.${port}>${to}`)

describe('cutToPath', () => {
  it('keeps the target and what leads to it, in the order of the definition', () => {
    const cut = cutToPath(whole, 'c')
    expect(cut).toMatchObject({ nodes: [0, 2, 3, 4, 5], edges: [0, 2, 3, 4, 5] })
    expect(idsOf(cut!.definition)).toEqual(['start', 'a', 'b', 'c', 'side'])
    expect(cut!.definition.edges[2]).toMatchObject({ when: '{{ trigger.x }}' })
    expect(cut!.definition).not.toHaveProperty('ui')
  })

  it('lets a step fail the run where its error edge was cut off, and only there', () => {
    expect(cutToPath(whole, 'c')!.definition.nodes[1]).toMatchObject({ id: 'a', onError: 'fail' })
    expect(cutToPath(whole, 'alert')!.definition.nodes[2]).toMatchObject({ id: 'a', onError: 'route' })
  })

  it('keeps a trigger by itself, and knows no other node', () => {
    expect(idsOf(cutToPath(whole, 'start')!.definition)).toEqual(['start'])
    expect(cutToPath(whole, 'nowhere')).toBeUndefined()
  })

  //  start ──► a ──► b        undo: apart, undoes a
  it('tries what undoes a node behind that node', () => {
    const undone = definition.parse({
      format: 'millrace/v1',
      name: 'undone',
      nodes: [
        { id: 'start', type: 'trigger.manual' },
        { id: 'a', type: 'log.message', compensate: 'undo' },
        { id: 'b', type: 'log.message' },
        { id: 'undo', type: 'log.message' },
      ],
      edges: [
        { from: 'start', to: 'a' },
        { from: 'a', to: 'b' },
      ],
    })
    const cut = cutToPath(undone, 'undo')
    expect(idsOf(cut!.definition)).toEqual(['start', 'a', 'undo'])
    expect(edgesOf(cut!.definition)).toEqual(['start.main>a', 'a.main>undo'])
    expect(cut!.definition.nodes[1]).not.toHaveProperty('compensate')
    const step = cutToStep(cut!, 'undo', 'start', new Set(['a']))
    expect(edgesOf(step!)).toEqual(['start.main>a', 'a.main>undo'])
  })

  it('ends on a cycle, and leaves out what leads away from the target', () => {
    const edges = [...whole.edges, { from: 'after', to: 'a', port: 'main' }]
    const cut = cutToPath({ ...whole, edges }, 'b')
    expect(idsOf(cut!.definition).sort()).toEqual(['a', 'after', 'b', 'c', 'side', 'start'])
    expect(edgesOf(cut!.definition)).not.toContain('b.true>c')
  })
})

describe('cutToStep', () => {
  const path = cutToPath(whole, 'c')!
  const step = (target: string, given: string[]) =>
    cutToStep(cutToPath(whole, target)!, target, 'start', new Set(given))

  it('feeds the target from what is given, behind the trigger, without conditions', () => {
    const cut = step('c', ['b', 'side'])!
    expect(idsOf(cut)).toEqual(['start', 'b', 'c', 'side'])
    expect(edgesOf(cut)).toEqual(['b.true>c', 'start.main>side', 'side.main>c', 'start.main>b'])
    expect(cut.edges.every((edge) => edge.when === undefined)).toBe(true)
  })

  it('leaves out what has no data', () => {
    expect(edgesOf(step('c', ['side'])!)).toEqual(['start.main>side', 'side.main>c'])
    expect(edgesOf(step('c', ['b', 'a'])!)).toEqual(['start.main>a', 'a.main>b', 'b.true>c'])
  })

  it('is nothing when no data leads right to the target', () => {
    expect(step('c', ['a'])).toBeUndefined()
    expect(step('c', ['alert', 'after'])).toBeUndefined()
  })

  it('needs nothing for a trigger, or for what stands right behind it', () => {
    expect(idsOf(cutToStep(path, 'start', 'start', new Set())!)).toEqual(['start'])
    expect(edgesOf(step('a', [])!)).toEqual(['start.main>a'])
  })
})
