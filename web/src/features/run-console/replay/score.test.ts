import { expect, test } from 'vitest'
import { createScore } from './score.js'

const score = createScore([0, 100, 100, 3_600_000, 3_600_500].map((at) => ({ at })))

test('long pauses are shortened, and none vanishes', () => {
  expect([1, 2, 3, 4, 5].map(score.timeOf)).toEqual([0, 100, 120, 2_120, 2_620])
  expect(score.durationMs).toBe(2_620)
})

test('the moment before the first event, and beyond the last', () => {
  expect([score.timeOf(0), score.timeOf(9)]).toEqual([0, 2_620])
  expect([score.seqAt(-1), score.seqAt(0), score.seqAt(119), score.seqAt(120), score.seqAt(1e9)]).toEqual([
    0, 1, 2, 3, 5,
  ])
})

test('a run without events', () => {
  const empty = createScore([])
  expect([empty.durationMs, empty.timeOf(1), empty.seqAt(10)]).toEqual([0, 0, 0])
})
