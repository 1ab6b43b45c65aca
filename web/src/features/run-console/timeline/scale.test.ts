import { expect, test } from 'vitest'
import { panRange, percentAt, ticksOf, zoomRange } from './scale.js'

const DAY = 24 * 3_600_000

test.each([
  [{ from: 1_000, to: 1_010 }, 10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
  [{ from: 1_000, to: 61_000 }, 6, [0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]],
  [{ from: 1_000 + DAY, to: 1_000 + 2 * DAY }, 4, [24, 30, 36, 42, 48].map((hours) => hours * 3_600_000)],
])('ticks of %j', (range, most, ticks) => {
  expect(ticksOf(range, 1_000, most)).toEqual(ticks)
})

test('places outside are cut off, and an empty range has places too', () => {
  const range = { from: 100, to: 200 }
  expect([50, 100, 125, 300].map((at) => percentAt(range, at))).toEqual([0, 0, 25, 100])
  expect(percentAt({ from: 5, to: 5 }, 5)).toBe(0)
})

test('zooming keeps its place and stays within the run', () => {
  const limits = { from: 0, to: 1_000 }
  expect(zoomRange(limits, limits, 0.5, 0.5)).toEqual({ from: 250, to: 750 })
  expect(zoomRange({ from: 0, to: 500 }, limits, 0.5, 0)).toEqual({ from: 0, to: 250 })
  expect(zoomRange({ from: 600, to: 1_000 }, limits, 2, 0)).toEqual({ from: 200, to: 1_000 })
  expect(zoomRange(limits, limits, 2, 0.5)).toEqual(limits)
  expect(zoomRange({ from: 10, to: 16 }, limits, 0.1, 0)).toEqual({ from: 10, to: 15 })
})

test('panning stops at the ends', () => {
  const limits = { from: 0, to: 1_000 }
  expect(panRange({ from: 0, to: 100 }, limits, 0.5)).toEqual({ from: 50, to: 150 })
  expect(panRange({ from: 0, to: 100 }, limits, -1)).toEqual({ from: 0, to: 100 })
  expect(panRange({ from: 900, to: 1_000 }, limits, 1)).toEqual({ from: 900, to: 1_000 })
})
