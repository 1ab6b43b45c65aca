import { expect, test } from 'vitest'
import { findRootFailure } from '../explain/root-failure.js'
import { graphOf } from '../testing/graphs.js'
import { Play } from '../testing/play.js'
import { stepRows } from './step-rows.js'

//          ┌▶ b ─▶ c
//  start ▶ a ┤
//          └▶ d ─▶ e ─▶ f
const graph = graphOf(['start>a', 'a>b', 'b>c', 'a>d', 'd>e', 'e>f'])
const short = (run: Play, open: string[] = []) =>
  stepRows(run.state, findRootFailure(run.state, run.events), new Set(open)).map((row) =>
    row.kind === 'step'
      ? `${row.isNested ? '  ' : ''}${row.step.path} ${row.step.status}`
      : `${row.count} ${row.reason}`,
  )

test('what never ran stands closed under what kept it from running', () => {
  const run = new Play(graph).claim().complete('a', null, ['d']).fail('d')
  expect(short(run)).toEqual(['start completed', 'a completed', '2 skipped', 'd failed', '2 never_ran'])
  expect(short(run, ['d'])).toEqual([
    'start completed',
    'a completed',
    '2 skipped',
    'd failed',
    '2 never_ran',
    '  e pending',
    '  f pending',
  ])
})

test('steps that may still run are steps', () => {
  expect(short(new Play(graphOf(['start>a', 'a>b'])).claim())).toEqual([
    'start completed',
    'a running',
    'b pending',
  ])
})
