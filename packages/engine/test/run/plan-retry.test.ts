import { describe, expect, it } from 'vitest'
import { type PastOutcome, planRetry, type RetryFrom } from '../../src/index.js'
import { catalogue } from '../catalogue.js'
import { makeGraph } from './play.js'

const done = (...taken: number[]): PastOutcome => ({ taken, failed: false })
const plan = (
  before: ReturnType<typeof makeGraph>,
  after: ReturnType<typeof makeGraph>,
  outcomes: Record<string, PastOutcome>,
  from: RetryFrom,
) => {
  const planned = planRetry(before, after, 'start', new Map(Object.entries(outcomes)), from, catalogue)
  return {
    reused: planned.reused.map((step) => step.path),
    taken: planned.reused.map((step) => step.taken),
    runs: planned.runs.map((node) => after.nodes[node]?.id),
    trigger: planned.trigger,
  }
}

/**
 *   start ──▶ a ──▶ b ──▶ c
 *             └──▶ d
 */
const EDGES = ['start>a', 'a>b', 'b>c', 'a>d']
const graph = makeGraph({ a: {}, b: {}, c: {}, d: {} }, EDGES)

describe('planRetry on the same version', () => {
  const outcomes = { start: done(0), a: done(1, 3), d: done() }

  it('keeps what completed and runs the rest', () => {
    expect(plan(graph, graph, outcomes, { kind: 'failed' })).toEqual({
      reused: ['a', 'd'],
      taken: [[1, 3], []],
      runs: ['b', 'c'],
      trigger: [0],
    })
  })

  it('runs everything from the start', () => {
    expect(plan(graph, graph, outcomes, { kind: 'start' })).toMatchObject({
      reused: [],
      runs: ['a', 'b', 'd', 'c'],
    })
  })

  it('runs a step and all that comes after it, and keeps its sister', () => {
    const all = { ...outcomes, b: done(2), c: done() }
    const from: RetryFrom = { kind: 'step', node: graph.indexOf('b')! }
    expect(plan(graph, graph, all, from)).toMatchObject({ reused: ['a', 'd'], runs: ['b', 'c'] })
  })

  it('runs everything from the trigger on', () => {
    const from: RetryFrom = { kind: 'step', node: graph.indexOf('start')! }
    expect(plan(graph, graph, outcomes, from).reused).toEqual([])
  })
})

describe('planRetry on another version', () => {
  const outcomes = { start: done(0), a: done(1, 3), b: done(2), c: done(), d: done() }
  const failed: RetryFrom = { kind: 'failed' }

  it('keeps what is the same with everything upstream, whatever it is called and would be undone by', () => {
    const changed = { a: { name: 'First', compensate: 'un-a' }, b: { params: { x: 1 } } }
    const after = makeGraph({ ...changed, c: {}, d: {}, 'un-a': {} }, EDGES)
    expect(plan(graph, after, outcomes, failed)).toMatchObject({ reused: ['a', 'd'], runs: ['b', 'c'] })
  })

  it('translates the edges taken', () => {
    const after = makeGraph({ a: {}, b: {}, c: {}, d: {} }, ['a>d', 'start>a', 'b>c', 'a>b'])
    expect(plan(graph, after, { ...outcomes, a: done(1) }, failed)).toMatchObject({
      reused: ['a', 'd', 'b', 'c'],
      taken: [[3], [], [2], []],
      trigger: [1],
    })
  })

  it('leaves a new edge of a step without a choice to be worked out, and runs one that chooses again', () => {
    const after = makeGraph({ a: {}, b: {}, c: {}, d: {}, e: {} }, [...EDGES, 'a>e'])
    expect(plan(graph, after, outcomes, failed)).toMatchObject({
      reused: ['a', 'b', 'd', 'c'],
      taken: [undefined, [2], [], []],
      runs: ['e'],
    })
    const choosing = { type: 'test.if' }
    const old = makeGraph({ a: choosing, b: {} }, ['start>a', 'a.true>b'])
    const next = makeGraph({ a: choosing, b: {}, e: {} }, ['start>a', 'a.true>b', 'a.false>e'])
    expect(plan(old, next, { start: done(0), a: done(1), b: done() }, failed)).toMatchObject({
      reused: ['b'],
      runs: ['a', 'e'],
    })
  })

  it('runs again what had another edge into it, or reads other vars', () => {
    const after = makeGraph({ a: {}, b: {}, c: {}, d: {} }, [...EDGES, 'd>c'])
    expect(plan(graph, after, outcomes, failed)).toMatchObject({ runs: ['c'] })
    const reading = { b: { params: { x: '{{ vars.region }}' } } }
    const old = makeGraph({ a: {}, ...reading, c: {}, d: {} }, EDGES)
    const definition = { ...old.definition, vars: { region: 'eu' } }
    expect(plan({ ...old, definition }, old, outcomes, failed)).toMatchObject({ runs: ['b', 'c'] })
  })
})
