import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NearTimers } from '../src/run/near-timers.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a timer rings once when it is due, unless it was taken back, and leaves nothing behind', () => {
  const timers = new NearTimers({ now: () => 1_000 })
  const rung: string[] = []
  timers.ringAt(2_000, () => rung.push('second'))
  timers.ringAt(500, () => rung.push('first'))
  const takeBack = timers.ringAt(1_500, () => rung.push('never'))
  timers.ringAt(9_000, () => rung.push('too late'))
  takeBack()
  expect(vi.getTimerCount()).toBe(3)
  vi.advanceTimersByTime(1_000)
  expect(rung).toEqual(['first', 'second'])
  timers.clear()
  expect(vi.getTimerCount()).toBe(0)
})
