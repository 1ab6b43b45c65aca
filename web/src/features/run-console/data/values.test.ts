import { expect, test } from 'vitest'
import { graphOf } from '../testing/graphs.js'
import { Play } from '../testing/play.js'
import { inputsOf, outputOf } from './values.js'

//          ┌▶ a ─┐
//  start ──┤     ├▶ c
//          └▶ b ─┘  (b takes no edge)
const run = new Play(graphOf(['start>a', 'start>b', 'a>c', 'b>c'])).claim()
run.complete('a', { id: 7 }).complete('b', { id: 8 }, [])
const step = (path: string) => run.state.steps[run.graph.indexOf(path)!]!

test('a step reads what it was reached from', () => {
  expect(inputsOf(run.state, step('c'))).toEqual([
    { name: 'a', expression: 'steps.a.output', value: { kind: 'json', json: { id: 7 } } },
  ])
  expect(inputsOf(run.state, step('a'))).toEqual([
    { name: 'start', expression: 'trigger', value: { kind: 'json', json: { hello: 'world' } } },
  ])
})

test('an output is at hand, stored, or not there yet', () => {
  expect(outputOf(step('c'))).toEqual({ kind: 'none' })
  expect(outputOf({ output: null, outputRef: undefined })).toEqual({ kind: 'json', json: null })
  const ref = { key: 'k', bytes: 300_000 }
  expect(outputOf({ output: undefined, outputRef: ref })).toEqual({ kind: 'stored', ref })
})
