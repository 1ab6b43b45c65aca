import { expect, test } from 'vitest'
import { machineShare, runningOf, shareOf } from '../../src/patience/machine-share.js'

test.each([
  [{ processors: 2, running: 0, niceness: 0 }, 1],
  [{ processors: 2, running: 2, niceness: 0 }, 1],
  [{ processors: 2, running: 8, niceness: 0 }, 1 / 4],
  [{ processors: 1, running: 26, niceness: 0 }, 1 / 26],
  // Who is nice gets less than the others.
  [{ processors: 2, running: 3, niceness: 5 }, 2 / (1 + 2 * 1.25 ** 5)],
])('of %o is %d', (crowd, share) => expect(shareOf(crowd)).toBeCloseTo(share))

test('is read from what the kernel counts', () => {
  expect(runningOf('16.81 15.52 14.28 13/565 11823\n')).toBe(13)
  expect(runningOf('')).toBeUndefined()
  expect(machineShare()).toBeGreaterThan(0)
  expect(machineShare()).toBeLessThanOrEqual(1)
})
