import { describe, expect, test } from 'vitest'
import { PatientClock } from '../../src/patience/clock.js'

/** A machine whose wall clock and share the test sets. */
const machine = () => {
  let [wallMs, share] = [5_000, 1]
  let tick: (() => void) | undefined
  const clock = new PatientClock({
    wallMs: () => wallMs,
    share: () => share,
    every: (_, given) => {
      tick = given
      return () => {
        tick = undefined
      }
    },
  })
  const pass = (ms: number, withShare: number) => {
    share = withShare
    for (let left = ms; left > 0; left -= 50) {
      wallMs += 50
      if (tick === undefined) clock.now()
      else tick()
    }
  }
  const stop = (ms: number) => {
    wallMs += ms
    tick?.()
  }
  return { clock, pass, stop, isTicking: () => tick !== undefined }
}

describe('the patient clock', () => {
  test('goes as the wall where nobody else wants the processors, and as slow as they are shared', () => {
    const { clock, pass } = machine()
    pass(1_000, 1)
    expect(clock.now()).toBeCloseTo(1_000)
    pass(1_000, 0.25)
    expect(clock.now()).toBeCloseTo(1_250)
  })

  test('never goes faster than the wall, and never slower than a fiftieth of it', () => {
    const { clock, pass } = machine()
    pass(1_000, 7)
    expect(clock.now()).toBeCloseTo(1_000)
    pass(50_000, 0)
    expect(clock.now()).toBeCloseTo(2_000)
  })

  test('does not count the time in which this process did not run', () => {
    const { clock, stop } = machine()
    clock.setTimeout(() => undefined, 100_000)
    stop(3_600_000)
    expect(clock.now()).toBe(1_000)
  })

  test('calls once at its time, in whatever time by the wall that is', () => {
    const { clock, pass, isTicking } = machine()
    let calls = 0
    clock.setTimeout(() => calls++, 30_000)
    pass(100_000, 0.1)
    expect(calls).toBe(0)
    pass(20_100, 1)
    expect(calls).toBe(1)
    pass(60_000, 1)
    expect(calls).toBe(1)
    expect(isTicking()).toBe(false)
  })

  test('ticks only while somebody waits', () => {
    const { clock, isTicking } = machine()
    const timers = [1, 2].map((ms) => clock.setTimeout(() => undefined, ms))
    clock.clearTimeout(timers[0]!)
    expect(isTicking()).toBe(true)
    clock.clearTimeout(timers[1]!)
    clock.clearTimeout(timers[1]!)
    expect(isTicking()).toBe(false)
  })

  test('tells what a limit is by the wall at the present pace', () => {
    const { clock, pass } = machine()
    expect(clock.onTheWall(30_000)).toBe(30_000)
    pass(60_000, 0.1)
    expect(clock.onTheWall(30_000)).toBeCloseTo(300_000, -1)
    pass(60_000, 1)
    expect(clock.onTheWall(30_000)).toBeCloseTo(30_000, -1)
  })
})
