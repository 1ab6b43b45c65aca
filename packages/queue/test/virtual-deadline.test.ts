import { priority } from '@millrace/contracts'
import { describe, expect, it } from 'vitest'
import { CLASS_PATIENCE, virtualDeadline, windowOf } from '../src/index.js'

const NOW = Date.UTC(2026, 10, 21)
const at = (seconds: number) => NOW + seconds * 1_000

describe('the virtual deadline (D19)', () => {
  it('lets the more urgent class go first, until the other has waited long enough', () => {
    const classes = priority.options.map((each) => virtualDeadline(each, NOW, NOW, 0))
    expect(classes).toEqual(classes.toSorted((a, b) => a - b))
    expect(new Set(classes).size).toBe(5)
    for (const [index, each] of priority.options.entries()) {
      const old = virtualDeadline(each, NOW, at(90_000), 0)
      expect(old).toBeLessThan(
        virtualDeadline('critical', at((CLASS_PATIENCE[index] ?? 0) + 1), at(90_000), 0),
      )
    }
  })

  it('counts many jobs of one workspace as younger', () => {
    const hundredth = virtualDeadline('normal', NOW, NOW, 100)
    expect(virtualDeadline('normal', at(9), at(9), 0)).toBeLessThan(hundredth)
    expect(virtualDeadline('normal', at(11), at(11), 0)).toBeGreaterThan(hundredth)
  })

  it('stays within 1 and 2^21 − 1, whatever the clock says', () => {
    const start = (windowOf(NOW) + 1) * 2 ** 20 * 1_000
    for (const now of [NOW, start - 1, start, start + 5_000]) {
      const deadline = virtualDeadline('background', now, now, 100_000)
      expect(deadline).toBeGreaterThanOrEqual(1)
      expect(deadline).toBeLessThan(2 ** 21)
      expect(virtualDeadline('critical', 0, now, 0)).toBe(1)
    }
    expect(virtualDeadline('background', at(9e9), NOW, 0)).toBe(2 ** 21 - 1)
    expect(windowOf(start)).toBe(windowOf(start - 1) + 1)
  })
})
