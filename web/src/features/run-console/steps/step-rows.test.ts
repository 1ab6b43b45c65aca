import { expect, test } from 'vitest'
import { RunDocument } from '../document/run-document.js'
import { findRootFailure } from '../explain/root-failure.js'
import { graphOf, ORIGIN } from '../testing/graphs.js'
import { Play } from '../testing/play.js'
import { Timeline } from '../timeline/timeline.js'
import { groupKey, STEPS_A_PAGE, stepRows } from './step-rows.js'

//          ┌▶ b ─▶ c
//  start ▶ a ┤
//          └▶ d ─▶ e ─▶ f
const graph = graphOf(['start>a', 'a>b', 'b>c', 'a>d', 'd>e', 'e>f'])
const rowsOf = (run: Play, open: readonly string[] = [], selected?: string) => {
  const timeline = new Timeline()
  new RunDocument(run.graph, ORIGIN, [timeline]).receive(run.events)
  const root = findRootFailure(run.state, run.events)
  const shown = new Map(open.map((key) => [key, STEPS_A_PAGE]))
  return stepRows({ state: run.state, root, inside: timeline.inside, selected, open: shown })
}

const short = (...args: Parameters<typeof rowsOf>) =>
  rowsOf(...args).map((row) => {
    if (row.kind === 'step') return `${row.isNested ? '  ' : ''}${row.step.path} ${row.step.status}`
    return row.kind === 'group' ? `${row.count} ${row.reason}` : `${row.count} more`
  })

test('what never ran stands closed under what kept it from running', () => {
  const run = new Play(graph).claim().complete('a', null, ['d']).fail('d')
  expect(short(run)).toEqual(['start completed', 'a completed', '2 skipped', 'd failed', '2 never_ran'])
  expect(short(run, [groupKey('d', 'never_ran')])).toEqual([
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

//  start ▶ each ▶ z        each item: x ▶ y
const body = {
  nodes: [
    { id: 'x', type: 'test.step' },
    { id: 'y', type: 'test.step' },
  ],
  edges: [{ from: 'x', to: 'y' }],
}
const mapped = (count: number) =>
  new Play(graphOf(['start>each', 'each>z'], { each: { body } }, { maxParallelSteps: 256 }))
    .claim()
    .wait('each', { kind: 'items', count, concurrency: count, onItemError: 'fail', record: 'steps' })

test('steps of items stand under their container, those of items that are over too', () => {
  const run = mapped(2).complete('each[0].x').complete('each[0].y')
  expect(short(run)).toEqual(['start completed', 'each waiting', '3 inside', 'z pending'])
  expect(short(run, [groupKey('each', 'inside')])).toEqual([
    'start completed',
    'each waiting',
    '3 inside',
    '  each[0].x completed',
    '  each[1].x running',
    '  each[0].y completed',
    'z pending',
  ])
  expect(short(run, [], 'each[0].y')).toContain('  each[0].y completed')
})

test('a container lists a page of its steps at a time', () => {
  const rows = short(mapped(STEPS_A_PAGE + 7), [groupKey('each', 'inside')])
  expect(rows.filter((row) => row.startsWith('  each'))).toHaveLength(STEPS_A_PAGE)
  expect(rows.at(-2)).toBe('7 more')
})
