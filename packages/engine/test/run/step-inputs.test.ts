import { describe, expect, test } from 'vitest'
import { foldEvents, inputSteps, snapshotOf, stepAt } from '../../src/index.js'
import { restoreRun } from '../../src/run/restore.js'
import { ORIGIN, type Play, play } from './play.js'

type State = Play['state']
const inputsAt = (state: State, path: string) =>
  inputSteps(state, stepAt(state, path)!).map((step) => step.path)

/** Whoever takes the run over knows the same, from its events and from a snapshot. */
const everywhere = (run: Play): State[] => [
  run.state,
  foldEvents(run.graph, ORIGIN, run.events),
  restoreRun(run.graph, ORIGIN, JSON.parse(JSON.stringify(snapshotOf(run.state)))),
]

describe('what a step takes its inputs from', () => {
  //         ┌▶ a ─✕─┐
  // start ──┤       ├▶ c
  //         └▶ b ───┘
  test('are the steps whose edges to it were taken', () => {
    const run = play({ a: {}, b: {}, c: {} }, ['start>a', 'start>b', 'a>c', 'b>c'])
    run.claim()
    run.complete('a', { to: [] })
    run.complete('b')
    for (const state of everywhere(run)) expect(inputsAt(state, 'c')).toEqual(['b'])
    expect(inputsAt(run.state, 'a')).toEqual(['start'])
  })

  // start ─▶ a, b, d ─▶ c (any); one place, so that c is in line while d comes
  test('with `join: any` is the one that began it, also while it is still in line', () => {
    const run = play(
      { a: {}, b: {}, d: {}, c: { join: 'any' } },
      ['start>a', 'start>b', 'start>d', 'a>c', 'b>c', 'd>c'],
      { maxParallelSteps: 2 },
    )
    run.claim()
    run.complete('b')
    for (const state of everywhere(run)) expect(inputsAt(state, 'c')).toEqual(['b'])
    run.complete('a')
    for (const state of everywhere(run)) expect(inputsAt(state, 'c')).toEqual(['b'])
  })

  // start ─▶ charge ⇠ refund
  test('of what undoes another step is that one', () => {
    const run = play({ charge: { compensate: 'refund' }, refund: {} }, ['start>charge'])
    run.claim()
    expect(inputsAt(run.state, 'refund')).toEqual(['charge'])
  })
})
