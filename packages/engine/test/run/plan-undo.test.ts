import { expect, test } from 'vitest'
import { type DoneStep, type PastOutcome, planRetry, planUndo } from '../../src/index.js'
import { catalogue } from '../catalogue.js'
import { makeGraph } from './play.js'

/**
 *   start ──▶ a ──▶ b ──▶ c
 *             ┆     ┆
 *            un-a  un-b
 */
const graph = makeGraph(
  { a: { compensate: 'un-a' }, b: { compensate: 'un-b' }, c: {}, 'un-a': {}, 'un-b': {} },
  ['start>a', 'a>b', 'b>c'],
)
const done = (own: boolean, ...taken: number[]): DoneStep => ({ taken, failed: false, own })
const outcomes = (a: boolean, b: boolean) =>
  new Map([
    ['start', done(true, 0)],
    ['a', done(a, 1)],
    ['b[0].inner', done(true)],
    ['b', done(b, 2)],
    ['un-b', done(true)],
  ])

test('an undo goes the way of the run, and undoes the latest first', () => {
  expect(planUndo(graph, 'start', outcomes(true, true), new Set())).toEqual({
    reused: [
      { path: 'a', taken: [1] },
      { path: 'b', taken: [2] },
    ],
    trigger: [0],
    paths: ['un-b', 'un-a'],
  })
})

test('an undo leaves out what is undone already, and what another run has done', () => {
  expect(planUndo(graph, 'start', outcomes(true, true), new Set(['un-b'])).paths).toEqual(['un-a'])
  expect(planUndo(graph, 'start', outcomes(false, true), new Set()).paths).toEqual(['un-b'])
})

/** start ──▶ each[ a ┄ un-a ] */
test('an undo names the steps of items where they are, and keeps the outcome of their container as one', () => {
  const body = {
    nodes: [
      { id: 'a', type: 'test.step', compensate: 'un-a' },
      { id: 'un-a', type: 'test.step' },
    ],
  }
  const mapped = makeGraph({ each: { type: 'test.map', body } }, ['start>each'])
  const went = new Map([
    ['start', done(true, 0)],
    ['each[0].a', done(true)],
    ['each[1].a', done(true)],
    ['each', done(true)],
    ['each[1].un-a', done(true)],
  ])
  expect(planUndo(mapped, 'start', went, new Set(['each[1].un-a']))).toEqual({
    reused: [{ path: 'each', taken: [] }],
    trigger: [0],
    paths: ['each[0].un-a'],
  })
})

test('a retry runs again what has been undone, with all that comes after it, and never plans what undoes', () => {
  const past: [string, PastOutcome][] = [
    ['start', { taken: [0], failed: false }],
    ['a', { taken: [1], failed: false, undone: true }],
    ['b', { taken: [2], failed: false }],
    ['un-a', { taken: [], failed: false }],
  ]
  const plan = planRetry(graph, graph, 'start', new Map(past), { kind: 'failed' }, catalogue)
  expect(plan.reused).toEqual([])
  expect(plan.runs.map((node) => graph.nodes[node]?.id)).toEqual(['a', 'b', 'c'])
})
