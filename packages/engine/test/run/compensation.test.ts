import { describe, expect, test } from 'vitest'
import { copyRunState, createRunState, foldEvents, pendingTimers } from '../../src/index.js'
import { makeError, makeGraph, ORIGIN, Play, play } from './play.js'

/**
 *   start ──▶ book ──▶ charge ──▶ ship
 *              ┆         ┆
 *            unbook    refund          what undoes them: no edge leads there
 */
const NODES = {
  book: { compensate: 'unbook' },
  charge: { compensate: 'refund' },
  ship: {},
  unbook: {},
  refund: {},
}
const EDGES = ['start>book', 'book>charge', 'charge>ship']

const shipped = (nodes: Parameters<typeof play>[0] = NODES, ...settings: Parameters<typeof play>[2][]) => {
  const run = play(nodes, EDGES, ...settings)
  run.claim()
  run.complete('book', { output: 'B1' })
  run.complete('charge', { output: 'C1' })
  return run
}

describe('a run that fails', () => {
  test('undoes what it has done, the latest first, before it ends', () => {
    const run = shipped()
    expect(run.fail('ship')).toEqual([
      'step_failed ship#1 NODE_FAILED',
      'run_compensating refund,unbook NODE_FAILED',
      'step_started refund#1',
    ])
    expect(run.complete('refund')).toEqual(['step_succeeded refund#1', 'step_started unbook#1'])
    expect(run.complete('unbook')).toEqual(['step_succeeded unbook#1', 'run_finished failed NODE_FAILED'])
    expect(run.state.error).toEqual(makeError())
  })

  test('undoes nothing of what had not completed', () => {
    const run = play(NODES, EDGES)
    run.claim()
    expect(run.fail('book')).toEqual(['step_failed book#1 NODE_FAILED', 'run_finished failed NODE_FAILED'])
  })

  test('skips what would have undone it when it completes', () => {
    expect(shipped().complete('ship')).toEqual([
      'step_succeeded ship#1',
      'step_skipped unbook#0',
      'step_skipped refund#0',
      'run_finished completed',
    ])
  })

  test('does not undo a failure that was taken for an output, nor what another run has done', () => {
    const run = play({ ...NODES, book: { compensate: 'unbook', onError: 'continue' } }, EDGES)
    run.claim()
    run.fail('book')
    const reused = { runId: 'earlier' }
    const taken = run.edges('charge', 'main')
    run.send({ kind: 'step_completed', path: 'charge', attempt: 1, output: 'C1', taken, reused })
    expect(run.fail('ship')).toEqual(['step_failed ship#1 NODE_FAILED', 'run_finished failed NODE_FAILED'])
  })

  test('goes back on its timeout, which then holds no longer, also when it was parked', () => {
    const run = shipped(NODES, { timeoutMs: 500 })
    run.send({ kind: 'step_waits', path: 'ship', attempt: 1, wait: { kind: 'resume' } })
    run.send({ kind: 'park' })
    run.now += 500
    expect(run.send({ kind: 'run_timed_out' })).toEqual([
      'run_resumed',
      'step_cancelled ship#1 not_started',
      'run_compensating refund,unbook RUN_TIMEOUT',
      'step_started refund#1',
    ])
    expect(pendingTimers(run.state)).toEqual([])
    expect(run.send({ kind: 'run_timed_out' })).toEqual([])
    run.complete('refund')
    expect(run.complete('unbook').at(-1)).toBe('run_finished failed RUN_TIMEOUT')
  })

  test('goes back when a step stops it as failed; a stop on the way back ends its step alone', () => {
    const run = shipped()
    const stop = { kind: 'stop_requested', attempt: 1, status: 'failed', error: makeError() } as const
    expect(run.send({ ...stop, path: 'ship' })).toEqual([
      'step_succeeded ship#1',
      'run_compensating refund,unbook NODE_FAILED',
      'step_started refund#1',
    ])
    expect(run.send({ ...stop, path: 'refund' })).toEqual([
      'step_succeeded refund#1',
      'step_started unbook#1',
    ])
  })

  test('does not go back when it is cancelled, or when it cannot go on for a reason outside of its steps', () => {
    expect(shipped().send({ kind: 'cancel_requested' })).toEqual([
      'step_cancelled ship#1 unknown',
      'run_finished cancelled',
    ])
    expect(shipped().send({ kind: 'fail_requested', error: makeError({ code: 'POISON' }) })).toEqual([
      'step_cancelled ship#1 unknown',
      'run_finished failed POISON',
    ])
  })

  test('a cancel ends the way back as well', () => {
    const run = shipped()
    run.fail('ship')
    expect(run.send({ kind: 'cancel_requested' })).toEqual([
      'step_cancelled refund#1 unknown',
      'run_finished cancelled',
    ])
  })
})

describe('a step that undoes', () => {
  const retry = { maxAttempts: 2, backoff: 'fixed', delayMs: 100, jitter: 'none' } as const

  test('is tried again by its own policy; when it fails the others run all the same, and the run names it', () => {
    const run = shipped({ ...NODES, refund: { retry } })
    run.fail('ship', makeError({ code: 'LOST' }))
    expect(run.fail('refund')).toEqual(['step_retrying refund#1 @1100'])
    expect(run.send({ kind: 'retry_due', path: 'refund', attempt: 1 })).toEqual(['step_started refund#2'])
    expect(run.fail('refund')).toEqual(['step_failed refund#2 NODE_FAILED', 'step_started unbook#1'])
    expect(run.complete('unbook').at(-1)).toBe('run_finished failed COMPENSATION_FAILED')
    expect(run.state.error).toMatchObject({
      code: 'COMPENSATION_FAILED',
      message: 'refund: NODE_FAILED: it broke; the run had failed with LOST: it broke',
      details: { failed: ['refund'], error: { code: 'LOST' } },
    })
  })

  test('waits for a paused run to be resumed', () => {
    const run = shipped()
    run.send({ kind: 'pause_requested' })
    expect(run.fail('ship')).toEqual([
      'step_failed ship#1 NODE_FAILED',
      'run_compensating refund,unbook NODE_FAILED',
    ])
    expect(run.send({ kind: 'resume_requested' })).toEqual(['run_resumed', 'step_started refund#1'])
  })

  test('may be a container, whose failed item is its own', () => {
    const body = { nodes: [{ id: 'inner', type: 'test.step' }] }
    const run = shipped({ ...NODES, refund: { type: 'test.map', body } })
    run.fail('ship')
    const wait = { kind: 'items', count: 1, concurrency: 1, onItemError: 'fail', record: 'steps' } as const
    const items = { kind: 'step_waits', path: 'refund', attempt: 1, wait, items: [1] } as const
    expect(run.send(items).at(-1)).toBe('step_started refund[0].inner#1')
    expect(run.fail('refund[0].inner')).toEqual(['step_failed refund[0].inner#1 NODE_FAILED'])
    expect(run.orders).toEqual(['close refund#1'])
    expect(run.fail('refund')).toEqual(['step_failed refund#1 NODE_FAILED', 'step_started unbook#1'])
  })
})

describe('a new owner', () => {
  test('goes on where the former one was: what is undone stays undone, what was under way is tried again', () => {
    const run = shipped()
    run.fail('ship')
    run.complete('refund')
    const next = new Play(run.graph, foldEvents(run.graph, ORIGIN, run.events))
    expect(next.state).toEqual(run.state)
    expect(copyRunState(next.state)).toEqual(run.state)
    expect(next.claim()).toEqual(['step_retrying unbook#1 @1000 uncounted', 'step_started unbook#2'])
    expect(next.complete('unbook').at(-1)).toBe('run_finished failed NODE_FAILED')
  })

  test('turns back a run whose failure alone was recorded', () => {
    const run = shipped()
    run.send({ kind: 'step_logged', path: 'ship', attempt: 1, level: 'info', message: 'line' })
    run.fail('ship')
    const failed = run.events.filter(
      ({ seq }) => seq <= run.events.find((e) => e.type === 'step_failed')!.seq,
    )
    const next = new Play(run.graph, foldEvents(run.graph, ORIGIN, failed))
    expect(next.claim()).toEqual(['run_compensating refund,unbook NODE_FAILED', 'step_started refund#1'])
  })
})

describe('a run that undoes another one', () => {
  const undoing = (undo: readonly string[], seeded: readonly string[]) => {
    const graph = makeGraph(NODES, EDGES)
    const run = new Play(graph, createRunState(graph, { ...ORIGIN, seeded: new Set(seeded), undo }))
    run.claim()
    return run
  }
  const reuse = (run: Play, path: string) =>
    run.send({
      kind: 'step_completed',
      path,
      attempt: 1,
      output: path,
      taken: run.edges(path, 'main'),
      reused: { runId: 'earlier' },
    })

  test('goes the way of the other once more, skips what did not happen, and then only undoes', () => {
    const run = undoing(['refund', 'unbook'], ['book', 'charge'])
    expect(run.orders).toEqual(['reuse book#1'])
    expect(reuse(run, 'book')).toEqual(['step_succeeded book#1', 'step_started charge#1'])
    expect(reuse(run, 'charge')).toEqual([
      'step_succeeded charge#1',
      'step_skipped ship#0',
      'run_compensating refund,unbook',
      'step_started refund#1',
    ])
    run.complete('refund', { output: 'R' })
    expect(run.complete('unbook', { output: 'U' }).at(-1)).toBe('run_finished completed')
    expect(run.state.output).toEqual({ refund: 'R', unbook: 'U' })
  })

  test('leaves out what has been undone before, and fails when it cannot undo the rest', () => {
    const run = undoing(['unbook'], ['book', 'charge'])
    reuse(run, 'book')
    reuse(run, 'charge')
    expect(run.fail('unbook')).toEqual([
      'step_failed unbook#1 NODE_FAILED',
      'run_finished failed COMPENSATION_FAILED',
    ])
    expect(run.state.error?.details).toEqual({ failed: ['unbook'] })
  })
})
