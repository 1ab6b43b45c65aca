import { expect, test } from 'vitest'
import { graphOf } from '../testing/graphs.js'
import { Play } from '../testing/play.js'
import { liveStateOf } from './live-state.js'
import { PassTally } from './pass-tally.js'

// start ─▶ a ─▶ b, a ─▶ c
test('how each step stands, and the edges taken', () => {
  const run = new Play(graphOf(['start>a', 'a>b', 'a>c'])).claim().complete('a', null, ['b'])
  const { nodes, edges } = liveStateOf(run.state, new PassTally(run.graph), 1_025)
  expect(Object.fromEntries(nodes)).toEqual({
    start: { state: 'completed', attempt: 1, durationMs: 0 },
    a: { state: 'completed', attempt: 1, durationMs: 10 },
    b: { state: 'running', attempt: 1, durationMs: 15 },
    c: { state: 'skipped', attempt: 0 },
  })
  expect([...edges.keys()].map((key) => JSON.parse(key))).toEqual([
    ['start', 'main', 'a'],
    ['a', 'main', 'b'],
  ])
})
