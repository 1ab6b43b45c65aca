import { expect, test } from 'vitest'
import { formatDuration, formatTime } from './format-time.js'

test.each([
  [-5, '0 ms'],
  [999.4, '999 ms'],
  [4_290, '4.2 s'],
  [59_990, '59.9 s'],
  [187_000, '3 m 07 s'],
  [7_500_000, '2 h 05 m'],
  [273_600_000, '3 d 04 h'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test('the day is named only where it is another one', () => {
  const noon = new Date(2026, 10, 3, 12, 30, 5).getTime()
  expect(formatTime(noon, noon + 60_000)).toBe('12:30:05')
  expect(formatTime(noon, noon + 86_400_000)).toBe('3 Nov 2026, 12:30:05')
})
