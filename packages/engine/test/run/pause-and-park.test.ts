import { describe, expect, test } from 'vitest'
import { isIdle, pendingTimers } from '../../src/index.js'
import { makeError, play } from './play.js'

const timer = (dueAt: number) => ({ kind: 'timer', dueAt }) as const

// start ─▶ a ─▶ b
const chain = (settings = {}) => {
  const run = play({ a: { retry: { jitter: 'none', delayMs: 500 } }, b: {} }, ['start>a', 'a>b'], settings)
  run.claim()
  return run
}
const park = { kind: 'park' } as const
const pause = { kind: 'pause_requested' } as const
const resume = { kind: 'resume_requested' } as const

describe('waits', () => {
  test('a step that waits has a timer, and ends as any other', () => {
    const run = chain()
    expect(run.send({ kind: 'step_waits', path: 'a', attempt: 1, wait: timer(5_000) })).toEqual([
      'step_waiting a#1',
    ])
    expect(run.orders).toEqual(['delay a#1 @5000'])
    expect(run.complete('a')).toEqual(['step_succeeded a#1', 'step_started b#1'])
  })

  test('a wait that no clock ends has none', () => {
    const run = chain()
    run.send({ kind: 'step_waits', path: 'a', attempt: 1, wait: { kind: 'resume' } })
    expect(run.orders).toEqual([])
  })

  test('only a step that runs begins to wait', () => {
    const run = chain()
    expect(run.send({ kind: 'step_waits', path: 'b', attempt: 0, wait: timer(1) })).toEqual([])
  })

  test('a waiting step gives its place to others', () => {
    const run = play({ a: {}, b: {} }, ['start>a', 'start>b'], { maxParallelSteps: 1 })
    run.claim()
    expect(run.send({ kind: 'step_waits', path: 'a', attempt: 1, wait: timer(1) })).toEqual([
      'step_waiting a#1',
      'step_started b#1',
    ])
  })

  test('a wait may end in failure', () => {
    const run = play({ a: {} }, ['start>a'])
    run.claim()
    run.send({ kind: 'step_waits', path: 'a', attempt: 1, wait: timer(1) })
    expect(run.fail('a')).toEqual(['step_failed a#1 NODE_FAILED', 'run_finished failed NODE_FAILED'])
  })
})

describe('park', () => {
  test('a run with a step in flight does not', () => {
    const run = chain()
    expect(isIdle(run.state)).toBe(false)
    expect(run.send(park)).toEqual([])
  })

  test('a run that only waits does, and says until when', () => {
    const run = play({ a: {}, b: {} }, ['start>a', 'start>b'])
    run.claim()
    run.send({ kind: 'step_waits', path: 'a', attempt: 1, wait: timer(7_000) })
    run.send({ kind: 'step_waits', path: 'b', attempt: 1, wait: timer(6_000) })
    expect(isIdle(run.state)).toBe(true)
    expect(run.send(park)).toEqual(['run_waiting'])
    expect(run.events.at(-1)).toMatchObject({ until: 6_000 })
    expect(run.send(park)).toEqual([])
  })

  test('a run that waits for a person says no time', () => {
    const run = chain()
    run.send({ kind: 'step_waits', path: 'a', attempt: 1, wait: { kind: 'child', runId: 'r' } })
    run.send(park)
    expect(run.events.at(-1)).not.toHaveProperty('until')
  })

  test('whoever claims it next sets its timers again', () => {
    const run = chain({ timeoutMs: 60_000 })
    run.fail('a')
    run.send(park)
    expect(run.claim()).toEqual(['run_resumed'])
    expect(run.orders).toEqual(['timeout @61000', 'retry a#1 @1500'])
  })

  test('what arrives after the park wakes the run', () => {
    const waits = () => {
      const run = chain()
      run.send({ kind: 'step_waits', path: 'a', attempt: 1, wait: timer(5_000) })
      run.send(park)
      return run
    }
    expect(waits().complete('a')).toEqual(['run_resumed', 'step_succeeded a#1', 'step_started b#1'])
    expect(waits().fail('a', makeError({ retryable: false }))[0]).toBe('run_resumed')
    const retried = chain()
    retried.fail('a')
    retried.send(park)
    expect(retried.send({ kind: 'retry_due', path: 'a', attempt: 1 })).toEqual([
      'run_resumed',
      'step_started a#2',
    ])
  })
})

describe('pause', () => {
  test('lets running steps end, starts nothing, and goes on where it was', () => {
    const run = chain()
    expect(run.send({ ...pause, by: 'ada' })).toEqual(['run_paused'])
    expect(run.events.at(-1)).toMatchObject({ by: 'ada' })
    expect(run.send(pause)).toEqual([])
    expect(run.complete('a')).toEqual(['step_succeeded a#1'])
    expect(isIdle(run.state)).toBe(true)
    expect(run.send(park)).toEqual([])
    expect(run.send(resume)).toEqual(['run_resumed', 'step_started b#1'])
    expect(run.send(resume)).toEqual([])
  })

  test('the last step may end a paused run', () => {
    const run = play({ a: {} }, ['start>a'])
    run.claim()
    run.send(pause)
    expect(run.complete('a')).toEqual(['step_succeeded a#1', 'run_finished completed'])
  })

  test('no timer rings in it; they are set again when it resumes', () => {
    const run = play({ a: { retry: { jitter: 'none', delayMs: 500 } }, b: {} }, ['start>a', 'start>b'])
    run.claim()
    run.send(pause)
    run.fail('a')
    expect(run.orders).toEqual([])
    run.send({ kind: 'step_waits', path: 'b', attempt: 1, wait: timer(5_000) })
    expect(run.orders).toEqual([])
    expect(run.send({ kind: 'retry_due', path: 'a', attempt: 1 })).toEqual([])
    expect(pendingTimers(run.state)).toEqual([])
    run.send(resume)
    expect(run.orders).toEqual(['retry a#1 @1500', 'delay b#1 @5000'])
  })

  test('a run that has not started cannot be paused', () => {
    const run = play({ a: {} }, ['start>a'])
    expect(run.send(pause)).toEqual([])
    expect(run.send(resume)).toEqual([])
    expect(run.claim()).toContain('step_started a#1')
  })

  test('a run that waits can', () => {
    const run = chain()
    run.fail('a')
    run.send(park)
    expect(run.send(pause)).toEqual(['run_paused'])
    expect(run.claim()).toEqual([])
    expect(run.send(resume)).toEqual(['run_resumed'])
  })
})

describe('the run timeout', () => {
  const rings = { kind: 'run_timed_out' } as const

  test('is set at the first claim and ends the run', () => {
    const run = play({ a: {}, b: {} }, ['start>a', 'start>b'], { timeoutMs: 10_000 })
    run.claim()
    expect(run.orders).toContain('timeout @11000')
    run.send({ kind: 'step_waits', path: 'b', attempt: 1, wait: timer(50_000) })
    run.now = 11_000
    expect(run.send(rings)).toEqual([
      'step_cancelled a#1 unknown',
      'step_cancelled b#1 not_started',
      'run_finished failed RUN_TIMEOUT',
    ])
    expect(run.orders).toEqual(['abort a#1: the run ends', 'finish failed null'])
  })

  test('leaves pauses out', () => {
    const run = chain({ timeoutMs: 10_000 })
    run.now = 4_000
    run.send(pause)
    run.now = 11_000
    expect(run.send(rings)).toEqual([])
    run.now = 34_000
    run.send(resume)
    expect(run.orders).toEqual(['timeout @41000'])
    run.now = 35_000
    expect(run.send(rings)).toEqual([])
    expect(run.orders).toEqual(['timeout @41000'])
    expect(pendingTimers(run.state)).toMatchObject([{ kind: 'run_timeout', dueAt: 41_000 }])
    run.now = 41_000
    expect(run.send(rings)).toContain('run_finished failed RUN_TIMEOUT')
  })

  test('without one the ring means nothing', () => {
    expect(chain().send(rings)).toEqual([])
  })
})
