import { expect, test } from 'vitest'
import { graphOf } from '../testing/graphs.js'
import { Play } from '../testing/play.js'
import { canBeUndone, isUndo, undoSteps } from './undo-steps.js'

/*
 *  start ──► book ──► charge
 *              ┆        ┆
 *            unbook   refund
 */
const graph = graphOf(['start>book', 'book>charge'], {
  book: { compensate: 'unbook' },
  charge: { compensate: 'refund' },
  unbook: {},
  refund: {},
})

test('a run that completed something can be undone, one that did not cannot', () => {
  expect(canBeUndone(new Play(graph).claim().fail('book').state)).toBe(false)
  const run = new Play(graph).claim().complete('book').complete('charge')
  expect([run.state.status, canBeUndone(run.state), isUndo(run.state)]).toEqual(['completed', true, false])
})

test('a run that went back by itself has nothing left, unless a step of it failed', () => {
  const back = () => new Play(graph).claim().complete('book').fail('charge')
  const undone = back().complete('unbook')
  expect([undone.state.status, canBeUndone(undone.state)]).toEqual(['failed', false])
  const stuck = back().fail('unbook')
  expect([stuck.state.status, canBeUndone(stuck.state)]).toEqual(['failed', true])
})

test('each step says what it undoes, in the order of the plan', () => {
  const runs = ['refund', 'unbook'].map((path) => ({ path, effect: 'write' as const, repeats: false }))
  const plan = { version: 1, reused: [], runs, repeatedWrites: [] }
  expect(undoSteps(graph, plan)).toEqual([
    { path: 'refund', undoes: 'charge' },
    { path: 'unbook', undoes: 'book' },
  ])
})

test('a step of an item undoes one of the same item', () => {
  const body = {
    nodes: [
      { id: 'pay', type: 'test.step', compensate: 'repay' },
      { id: 'repay', type: 'test.step' },
    ],
  }
  const inside = graphOf(['start>each'], { each: { body } })
  const runs = [{ path: 'each[3].repay', effect: 'write' as const, repeats: false }]
  expect(undoSteps(inside, { version: 1, reused: [], runs, repeatedWrites: [] })).toEqual([
    { path: 'each[3].repay', undoes: 'each[3].pay' },
  ])
})
