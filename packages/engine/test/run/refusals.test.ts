import { retryPolicy } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { foldEvents, snapshotOf } from '../../src/index.js'
import { restoreRun } from '../../src/run/restore.js'
import { makeError, ORIGIN, Play, play } from './play.js'

const OPEN = makeError({ code: 'CIRCUIT_OPEN', retryAfterMs: 9_000 })
const retry = (fields: object = {}) =>
  retryPolicy.parse({ jitter: 'none', delayMs: 100, maxDelayMs: 100, ...fields })

// start ─▶ a
describe('a try that an open circuit refuses', () => {
  const refuse = (run: Play, error = OPEN) => run.fail('a', error, { counted: false })
  const due = (run: Play) => run.send({ kind: 'retry_due', path: 'a', attempt: run.attempt('a') })
  const begin = (node: object = {}) => {
    const run = play({ a: node }, ['start>a'])
    run.claim()
    return run
  }

  test.each<[string, object]>([
    ['without a policy', {}],
    ['with a policy that is less patient', { retry: retry({ maxAttempts: 1 }) }],
  ])('waits for as long as the circuit asks: %s', (_, node) => {
    const run = begin(node)
    expect(refuse(run)).toEqual(['step_retrying a#1 @10000 uncounted'])
    expect(run.orders).toEqual(['retry a#1 @10000'])
    run.now = 10_000
    expect(due(run)).toEqual(['step_started a#2'])
  })

  test('waits a second where it is not told', () => {
    const refused = refuse(begin({ retry: retry({ delayMs: 5 }) }), makeError({ code: 'CIRCUIT_OPEN' }))
    expect(refused).toEqual(['step_retrying a#1 @2000 uncounted'])
  })

  test('uses up no attempt, however often', () => {
    const run = begin({ retry: retry({ maxAttempts: 2 }) })
    for (let n = 0; n < 20; n++) {
      expect(refuse(run)[0]).toContain('uncounted')
      run.now += 9_000
      due(run)
    }
    expect(run.fail('a')).toEqual([`step_retrying a#21 @${run.now + 100}`])
    due(run)
    expect(run.fail('a')).toContain('step_failed a#22 NODE_FAILED')
  })

  test('counts once the step has waited for longer than an attempt may take', () => {
    const run = begin({ timeoutMs: 15_000, retry: retry({ maxAttempts: 2 }) })
    refuse(run)
    run.now = 10_000
    due(run)
    expect(refuse(run)).toEqual(['step_retrying a#2 @19000 uncounted'])
    run.now = 19_000
    due(run)
    // It counts, and still waits for the circuit rather than for the policy alone.
    expect(refuse(run)).toEqual(['step_retrying a#3 @28000'])
    run.now = 28_000
    due(run)
    expect(refuse(run)).toEqual(['step_retrying a#4 @37000 uncounted'])
    run.now = 43_000
    due(run)
    expect(refuse(run)).toEqual(['step_failed a#5 CIRCUIT_OPEN', 'run_finished failed CIRCUIT_OPEN'])
  })

  test('does not count the time of a pause', () => {
    const run = begin({ timeoutMs: 15_000 })
    refuse(run)
    run.send({ kind: 'pause_requested' })
    run.now = 60_000
    run.send({ kind: 'resume_requested' })
    due(run)
    expect(refuse(run)).toEqual(['step_retrying a#2 @69000 uncounted'])
    run.now = 74_999
    due(run)
    expect(refuse(run)).toEqual(['step_retrying a#3 @83999 uncounted'])
    run.now = 83_999
    due(run)
    expect(refuse(run)).toContain('step_failed a#4 CIRCUIT_OPEN')
  })

  test('a call in between begins the time anew', () => {
    const run = begin({ timeoutMs: 5_000, retry: retry({ maxAttempts: 3 }) })
    refuse(run)
    run.now = 10_000
    due(run)
    run.fail('a')
    due(run)
    expect(refuse(run)[0]).toContain('uncounted')
  })

  test('ends with the run at the latest', () => {
    const run = play({ a: {} }, ['start>a'], { timeoutMs: 20_000 })
    run.claim()
    refuse(run)
    run.now = 21_000
    expect(run.send({ kind: 'run_timed_out' })).toContain('run_finished failed RUN_TIMEOUT')
  })

  test('is decided alike by whoever folds the events, or begins at a snapshot', () => {
    const run = begin({ timeoutMs: 15_000 })
    refuse(run)
    run.now = 10_000
    due(run)
    refuse(run)
    const folded = foldEvents(run.graph, ORIGIN, run.events)
    const restored = restoreRun(run.graph, ORIGIN, snapshotOf(run.state))
    for (const state of [folded, restored]) {
      const next = new Play(run.graph, state)
      next.now = 19_000
      due(next)
      expect(refuse(next)).toContain('step_failed a#3 CIRCUIT_OPEN')
    }
  })
})
