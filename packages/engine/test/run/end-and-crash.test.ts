import { describe, expect, test } from 'vitest'
import { MAX_LOG_LINES, runningSteps } from '../../src/index.js'
import { makeError, play } from './play.js'

describe('cancel', () => {
  // start ─▶ a
  test('of a run that never started: run_finished is its first event (D15)', () => {
    const run = play({ a: {} }, ['start>a'])
    expect(run.send({ kind: 'cancel_requested', reason: 'no more' })).toEqual(['run_finished cancelled'])
    expect(run.events[0]?.seq).toBe(1)
    expect(run.state).toMatchObject({ status: 'cancelled', startedAt: null, finishedAt: 1_000 })
  })

  // start ─▶ a, b, c ─▶ d
  test('ends at once: what runs may have happened, what waits has not', () => {
    const run = play({ a: {}, b: {}, c: {}, d: {} }, ['start>a', 'start>b', 'start>c', 'c>d'])
    run.claim()
    run.complete('c')
    run.send({ kind: 'step_waits', path: 'b', attempt: 1, wait: { kind: 'resume' } })
    expect(run.send({ kind: 'cancel_requested' })).toEqual([
      'step_cancelled a#1 unknown',
      'step_cancelled b#1 not_started',
      'step_cancelled d#1 unknown',
      'run_finished cancelled',
    ])
    expect(run.orders).toEqual([
      'abort a#1: the run ends',
      'abort d#1: the run ends',
      'finish cancelled null',
    ])
    expect(run.complete('a')).toEqual([])
  })
})

test('fail_requested ends the run with the error it is given', () => {
  const run = play({ a: {} }, ['start>a'])
  expect(run.send({ kind: 'fail_requested', error: makeError({ code: 'POISON' }) })).toEqual([
    'run_finished failed POISON',
  ])
})

describe('a claim after a crash', () => {
  // start ─▶ a ─▶ c, start ─▶ b
  const crashed = (a: object = {}, settings = {}) => {
    const run = play({ a, b: {}, c: {} }, ['start>a', 'start>b', 'a>c'], settings)
    run.claim()
    return run
  }

  test('runs again what was left running, under the next attempt (I5)', () => {
    const run = crashed()
    run.complete('b')
    expect(runningSteps(run.state)).toEqual([{ path: 'a', node: 1, attempt: 1 }])
    expect(run.claim()).toEqual(['step_retrying a#1 @1000 uncounted', 'step_started a#2'])
    expect(run.orders).toEqual([`execute a#2 after ${run.state.lastSeq}`])
    expect(run.complete('a', { attempt: 1 })).toEqual([])
  })

  // start ─▶ a ─▶ c, start ─▶ b
  test('with one place runs one step at a time, those left running too (D13)', () => {
    const run = crashed()
    run.state.places = 1
    expect(run.claim()).toEqual([
      'step_retrying a#1 @1000 uncounted',
      'step_retrying b#1 @1000 uncounted',
      'step_started b#2',
    ])
    expect(run.orders).toEqual([`execute b#2 after ${run.state.lastSeq}`, 'retry a#1 @1000'])
    expect(run.send({ kind: 'retry_due', path: 'a', attempt: 1 })).toEqual([])
    expect(run.orders).toEqual(['retry a#1 @1100'])
    expect(run.complete('b')).toEqual(['step_succeeded b#2'])
    expect(run.send({ kind: 'retry_due', path: 'a', attempt: 1 })).toEqual(['step_started a#2'])
    expect(run.complete('a')).toEqual(['step_succeeded a#2', 'step_started c#1'])
  })

  // start ─▶ a ─▶ c, start ─▶ b
  test('without a place starts nothing, and ends what runs (D12)', () => {
    const run = crashed()
    run.state.places = 0
    expect(run.complete('a')).toEqual(['step_succeeded a#1'])
    expect(run.complete('b')).toEqual(['step_succeeded b#1'])
    expect(run.state).toMatchObject({ status: 'running', running: 0 })
  })

  test('uses up no try', () => {
    const run = play({ a: { retry: { maxAttempts: 2, jitter: 'none' } } }, ['start>a'])
    run.claim()
    for (let crash = 0; crash < 5; crash++) run.claim()
    expect(run.fail('a')[0]).toMatch(/^step_retrying a#6/)
  })

  test('fails what must not run twice', () => {
    const run = crashed()
    run.complete('b')
    expect(run.claim({ crashed: new Map([['a', []]]) })).toEqual([
      'step_failed a#1 CRASHED_STEP',
      'run_finished failed CRASHED_STEP',
    ])
  })

  test.each([
    ['lost', 'the worker was lost (its lease ran out) during'],
    ['stopped', 'the worker stopped during'],
    [undefined, 'the worker was lost or stopped during'],
  ] as const)('says what became of the worker: %s', (left, said) => {
    const run = crashed()
    run.claim({ crashed: new Map([['b', []]]), left })
    expect(run.state.error?.message).toBe(`${said} a step that must not run twice`)
    const again = crashed()
    again.claim({ left })
    const a = again.state.steps.find(({ path }) => path === 'a')
    expect(a?.error?.message).toBe(`${said} the attempt`)
  })

  test('of several the first failure stops the others', () => {
    const run = crashed()
    expect(
      run.claim({
        crashed: new Map([
          ['a', []],
          ['b', []],
        ]),
      }),
    ).toEqual([
      'step_failed a#1 CRASHED_STEP',
      'step_cancelled b#1 unknown',
      'run_finished failed CRASHED_STEP',
    ])
  })

  test('a failure of that kind goes where onError says', () => {
    const run = crashed({ onError: 'continue' })
    run.complete('b')
    expect(run.claim({ crashed: new Map([['a', run.edges('a', 'main')]]) })).toEqual([
      'step_succeeded a#1',
      'step_started c#1',
    ])
  })

  test('in a run that was already failing nothing runs again', () => {
    const run = crashed()
    run.fail('a')
    expect(run.claim()).toEqual(['step_cancelled b#1 unknown', 'run_finished failed NODE_FAILED'])
  })

  test('in a paused run it waits for the resume', () => {
    const run = crashed()
    run.complete('b')
    run.send({ kind: 'pause_requested' })
    expect(run.claim()).toEqual(['step_retrying a#1 @1000 uncounted'])
    expect(run.orders).toEqual([])
    run.send({ kind: 'resume_requested' })
    expect(run.orders).toEqual(['retry a#1 @1000'])
  })

  test('sets near delays again: they lived in the lost worker', () => {
    const run = crashed()
    run.complete('b')
    run.send({ kind: 'step_waits', path: 'a', attempt: 1, wait: { kind: 'timer', dueAt: 1_500 } })
    expect(run.claim()).toEqual([])
    expect(run.orders).toEqual(['delay a#1 @1500'])
  })
})

describe('logs', () => {
  // start ─▶ a
  const log = { kind: 'step_logged', path: 'a', attempt: 1, level: 'info', message: 'm' } as const

  test('are kept up to a limit, and say so', () => {
    const run = play({ a: {} }, ['start>a'])
    run.claim()
    expect(run.send({ ...log, data: { x: 1 } })).toEqual(['step_log a#1'])
    expect(run.events.at(-1)).toMatchObject({ level: 'info', message: 'm', data: { x: 1 } })
    for (let line = 1; line < MAX_LOG_LINES; line++) run.send(log)
    expect(run.send(log)).toEqual(['step_log a#1'])
    expect(run.events.at(-1)).toMatchObject({ level: 'warn', message: expect.stringContaining('dropped') })
    expect(run.send(log)).toEqual([])
  })

  test.each(['complete', 'fail'] as const)('of an attempt that is over are dropped: %s', (end) => {
    const run = play({ a: { retry: {} } }, ['start>a'])
    run.claim()
    expect(run.send({ ...log, attempt: 2 })).toEqual([])
    run[end]('a')
    expect(run.send(log)).toEqual([])
  })
})
