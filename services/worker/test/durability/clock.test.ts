import { describe, expect, it } from 'vitest'
import { DatabaseClock } from '../../src/clock.js'

/** Whatever this machine's own clock says, the times of a run are the database's. */
describe('time (D8)', () => {
  it('is the database’s at the last reading, plus what has gone by since', () => {
    let monotonic = 500
    const clock = new DatabaseClock(1_000_000, () => monotonic)
    expect(clock.now()).toBe(1_000_000)
    monotonic += 250.7
    expect(clock.now()).toBe(1_000_250)
    clock.sample(2_000_000)
    monotonic += 10
    expect(clock.now()).toBe(2_000_010)
  })

  it('never runs backwards, even when the database’s clock does', () => {
    let monotonic = 0
    const clock = new DatabaseClock(1_000, () => monotonic)
    monotonic = 50
    clock.sample(900)
    expect(clock.now()).toBe(1_050)
    monotonic = 60
    expect(clock.now()).toBe(1_060)
  })
})
