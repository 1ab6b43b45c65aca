import { retryPolicy } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { nextRetryDelay } from '../../src/index.js'
import { makeError, play } from './play.js'

const policy = (fields: object = {}) => retryPolicy.parse({ jitter: 'none', delayMs: 100, ...fields })

describe('nextRetryDelay', () => {
  test.each([
    ['fixed', [100, 100, 100, 100]],
    ['linear', [100, 200, 300, 400]],
    ['exponential', [100, 200, 400, 800]],
  ])('%s', (backoff, delays) => {
    expect([1, 2, 3, 4].map((failures) => nextRetryDelay(policy({ backoff }), failures, 0))).toEqual(delays)
  })

  test.each(['fixed', 'linear', 'exponential'])('%s never exceeds maxDelayMs', (backoff) => {
    expect(nextRetryDelay(policy({ backoff, maxDelayMs: 50 }), 100, 0)).toBe(50)
  })

  test.each([
    ['none', 0, 100],
    ['none', 0.5, 100],
    ['full', 0, 0],
    ['full', 0.5, 50],
    ['equal', 0, 50],
    ['equal', 0.5, 75],
  ])('jitter %s at %d gives %d', (jitter, random, delay) => {
    expect(nextRetryDelay(policy({ jitter }), 1, random)).toBe(delay)
  })

  test('Retry-After is a lower bound, up to ten times maxDelayMs', () => {
    expect(nextRetryDelay(policy(), 1, 0, 30)).toBe(100)
    expect(nextRetryDelay(policy(), 1, 0, 5_000)).toBe(5_000)
    expect(nextRetryDelay(policy({ maxDelayMs: 200 }), 1, 0, 1e9)).toBe(2_000)
  })
})

describe('a step with a retry policy', () => {
  // start ─▶ a
  const make = (retry: object = { maxAttempts: 3 }, settings = {}) => {
    const run = play(
      { a: { retry: { jitter: 'none', delayMs: 100, ...retry } }, b: {} },
      ['start>a', 'start>b'],
      settings,
    )
    run.claim({ taken: [0] })
    return run
  }
  const due = (attempt: number) => ({ kind: 'retry_due', path: 'a', attempt }) as const

  test('is tried maxAttempts times in all', () => {
    const run = make()
    expect(run.fail('a')).toEqual(['step_retrying a#1 @1100'])
    expect(run.orders).toEqual(['retry a#1 @1100'])
    expect(run.send(due(1))).toEqual(['step_started a#2'])
    expect(run.orders).toEqual([`execute a#2 after ${run.state.lastSeq}`])
    expect(run.fail('a')).toEqual(['step_retrying a#2 @1200'])
    run.send(due(2))
    expect(run.fail('a')).toEqual(['step_failed a#3 NODE_FAILED', 'run_finished failed NODE_FAILED'])
  })

  test('forgets the error once a try succeeds', () => {
    const run = make()
    run.fail('a')
    expect(run.state.steps[1]).toMatchObject({
      status: 'waiting',
      error: { code: 'NODE_FAILED' },
      retryAt: 1_100,
    })
    run.send(due(1))
    run.complete('a')
    expect(run.state.steps[1]).toMatchObject({ status: 'completed', error: null, retryAt: null, attempt: 2 })
  })

  test('what cannot be helped by trying again is not tried again', () => {
    expect(make().fail('a', makeError({ retryable: false }))).toContain('step_failed a#1 NODE_FAILED')
  })

  test('Retry-After of the error counts', () => {
    expect(make().fail('a', makeError({ retryAfterMs: 7_000 }))).toEqual(['step_retrying a#1 @8000'])
  })

  test('while it waits for its next try, reports of the last one are echoes', () => {
    const run = make()
    run.fail('a')
    expect(run.complete('a')).toEqual([])
    expect(run.fail('a')).toEqual([])
    expect(
      run.send({ kind: 'step_waits', path: 'a', attempt: 1, wait: { kind: 'timer', dueAt: 1 } }),
    ).toEqual([])
  })

  test('a timer that rings for another attempt, or for a step that runs, means nothing', () => {
    const run = make()
    expect(run.send(due(1))).toEqual([])
    run.fail('a')
    expect(run.send(due(2))).toEqual([])
    run.send(due(1))
    expect(run.send(due(1))).toEqual([])
  })

  test('nothing is tried again once the run is failing', () => {
    const run = play({ a: { retry: { maxAttempts: 5 } }, b: {}, c: {} }, ['start>a', 'start>b', 'start>c'])
    run.claim()
    run.fail('a')
    run.fail('b')
    expect(run.send(due(1))).toEqual([])
  })

  // start ─▶ a, start ─▶ b, one place
  test('a due try waits for a free place', () => {
    const run = play({ a: { retry: { jitter: 'none', delayMs: 100 } }, b: {} }, ['start>a', 'start>b'], {
      maxParallelSteps: 1,
    })
    run.claim()
    expect(run.fail('a')).toEqual(['step_retrying a#1 @1100', 'step_started b#1'])
    run.now = 1_100
    expect(run.send(due(1))).toEqual([])
    expect(run.orders).toEqual(['retry a#1 @1200'])
    run.complete('b')
    expect(run.send(due(1))).toEqual(['step_started a#2'])
  })
})
