import { expect, test } from 'vitest'
import { formatRelative } from './relative-time.js'

test.each([
  [-2_000, 'just now'],
  [-12_000, '12 s ago'],
  [-3_599_000, '59 min ago'],
  [3 * 3_600_000, 'in 3 h'],
  [-2 * 86_400_000, '2 d ago'],
  [-31 * 86_400_000, '2026-10-01'],
])('%i ms from now is %s', (offset, text) => {
  const now = Date.UTC(2026, 10, 1)
  expect(formatRelative(now + offset, now)).toBe(text)
})
