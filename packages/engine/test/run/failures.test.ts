import { describe, expect, test } from 'vitest'
import { makeError, play } from './play.js'

describe('onError: fail', () => {
  //         ┌▶ a
  // start ──┼▶ b ─▶ d
  //         └▶ c
  const fork = () => {
    const run = play({ a: {}, b: {}, c: {}, d: {} }, ['start>a', 'start>b', 'start>c', 'b>d'])
    run.claim()
    return run
  }

  test('aborts the siblings, waits for them and starts nothing more', () => {
    const run = fork()
    expect(run.fail('a')).toEqual(['step_failed a#1 NODE_FAILED'])
    expect(run.orders).toEqual(['abort b#1: step a failed', 'abort c#1: step a failed'])
    expect(run.complete('b')).toEqual(['step_succeeded b#1'])
    expect(run.send({ kind: 'step_aborted', path: 'c', attempt: 1 })).toEqual([
      'step_cancelled c#1 unknown',
      'run_finished failed NODE_FAILED',
    ])
    expect(run.status('d')).toBe('pending')
  })

  test('a sibling that fails as well is cancelled; the first error is the run’s', () => {
    const run = fork()
    run.fail('a', makeError({ code: 'FIRST' }))
    expect(run.fail('b', makeError({ code: 'SECOND' }))).toEqual(['step_cancelled b#1 unknown'])
    expect(run.complete('c')).toEqual(['step_succeeded c#1', 'run_finished failed FIRST'])
  })

  test('a sibling that waits is given up', () => {
    const run = fork()
    run.send({ kind: 'step_waits', path: 'b', attempt: 1, wait: { kind: 'timer', dueAt: 9_000 } })
    run.fail('a')
    expect(run.complete('c')).toEqual([
      'step_succeeded c#1',
      'step_cancelled b#1 not_started',
      'run_finished failed NODE_FAILED',
    ])
  })

  test('an abort of what no longer runs means nothing', () => {
    const run = fork()
    run.complete('a')
    expect(run.send({ kind: 'step_aborted', path: 'a', attempt: 1 })).toEqual([])
  })
})

describe('onError: continue', () => {
  // start ─▶ a ─▶ b
  test('completes with the error as output', () => {
    const run = play({ a: { onError: 'continue' }, b: {} }, ['start>a', 'a>b'])
    run.claim()
    expect(run.fail('a', makeError({ hint: 'h', details: { status: 500 } }))).toEqual([
      'step_succeeded a#1',
      'step_started b#1',
    ])
    const error = { code: 'NODE_FAILED', message: 'it broke', hint: 'h', details: { status: 500 } }
    expect(run.events.at(-2)).toMatchObject({ output: { error }, error })
    expect(run.state.steps[1]).toMatchObject({ status: 'completed', error, output: { error } })
    expect(run.complete('b')).toContain('run_finished completed')
  })
})

describe('onError: route', () => {
  //           ┌▶ b
  // start ─▶ a
  //           └error▶ c
  const routed = () => {
    const run = play({ a: { onError: 'route' }, b: {}, c: {} }, ['start>a', 'a>b', 'a.error>c'])
    run.claim()
    return run
  }

  test('takes the error port, and the run completes', () => {
    const run = routed()
    expect(run.fail('a')).toEqual(['step_failed a#1 handled', 'step_skipped b#0', 'step_started c#1'])
    expect(run.complete('c')).toEqual(['step_succeeded c#1', 'run_finished completed'])
  })

  test('with no error edge taken the run fails, and says of what', () => {
    const run = routed()
    expect(run.fail('a', makeError({ code: 'HTTP_STATUS' }), { to: [] })).toEqual([
      'step_failed a#1 UNROUTED_ERROR',
      'run_finished failed UNROUTED_ERROR',
    ])
    expect(run.state.error).toMatchObject({
      message: 'no error edge was taken; HTTP_STATUS: it broke',
      details: { error: { code: 'HTTP_STATUS' } },
    })
  })

  test('the error port stays closed when the step succeeds', () => {
    const run = routed()
    expect(run.complete('a')).toEqual(['step_succeeded a#1', 'step_skipped c#0', 'step_started b#1'])
  })
})
