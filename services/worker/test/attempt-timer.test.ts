import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AttemptTimer } from '../src/run/attempt-timer.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it.each([1, 60_000, 2_147_483_647, 2_147_483_648, 2_592_000_000])(
  'ends after %i ms, not before',
  async (ms) => {
    const ended = vi.fn()
    new AttemptTimer(ms, ended)
    await vi.advanceTimersByTimeAsync(ms - 1)
    expect(ended).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(2)
    expect(ended).toHaveBeenCalledTimes(1)
  },
)

it('stands still while it is paused', async () => {
  const ended = vi.fn()
  const timer = new AttemptTimer(1_000, ended)
  await vi.advanceTimersByTimeAsync(600)
  timer.pause()
  await vi.advanceTimersByTimeAsync(10_000)
  timer.resume()
  await vi.advanceTimersByTimeAsync(300)
  expect(ended).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(200)
  expect(ended).toHaveBeenCalledTimes(1)
})
