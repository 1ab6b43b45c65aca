import type { Wait } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { copyRunState, foldEvents, pendingTimers, stepTimedOut } from '../../src/index.js'
import { ORIGIN, Play, play } from './play.js'

/**
 *   start ──▶ each[ a ──▶ b ] ──▶ after
 *                     └─error──▶ late
 */
const mapped = (more: object = {}): Play => {
  const body = {
    nodes: [
      { id: 'a', type: 'test.step' },
      { id: 'b', type: 'test.step' },
    ],
    edges: [{ from: 'a', to: 'b' }],
  }
  const each = { type: 'test.map', body, timeoutMs: 1_000, ...more }
  const run = play({ each, after: {}, late: {} }, ['start>each', 'each>after', 'each.error>late'])
  run.claim()
  return run
}

const items: Wait = { kind: 'items', count: 3, concurrency: 2, onItemError: 'collect', record: 'steps' }
const iteration = (index: number): Wait => ({ kind: 'iteration', index, max: 9 })

const open = (run: Play, path: string, wait: Wait): string[] =>
  run.send({ kind: 'step_waits', path, attempt: run.attempt(path), wait })

const timeOut = (run: Play, path: string, to: readonly string[] = []): string[] =>
  run.send({
    kind: 'step_timed_out',
    path,
    attempt: 1,
    error: stepTimedOut(path, 1_000),
    taken: run.edges(path, '', to),
  })

const folded = ({ graph, events }: Play): Play => new Play(graph, foldEvents(graph, ORIGIN, events))

describe('the time of a container', () => {
  test('cuts off its items and fails it, as the run in which nobody handles that', () => {
    const run = mapped()
    open(run, 'each', items)
    expect(run.orders).toContain('timeout of each#1 @2000')
    run.complete('each[0].a')
    open(run, 'each[1].a', { kind: 'resume' })
    run.now = 2_000
    expect(timeOut(run, 'each')).toEqual([
      'step_cancelled each[0].b#1 unknown',
      'step_cancelled each[1].a#1 not_started',
      'step_failed each#1 STEP_TIMEOUT',
      'run_finished failed STEP_TIMEOUT',
    ])
    expect(run.orders[0]).toBe('abort each[0].b#1: the time of each is over')
    expect(folded(run).state).toEqual(run.state)
  })

  test.each([
    ['route', 'late', 'step_failed each#1 handled'],
    ['continue', 'after', 'step_succeeded each#1'],
  ] as const)('goes on by onError %s, deaf to what its items still say', (onError, next, ended) => {
    const run = mapped({ onError })
    open(run, 'each', items)
    run.now = 2_000
    const events = timeOut(run, 'each', [next])
    expect(events[2]).toBe(ended)
    expect(events).toContain(`step_started ${next}#1`)
    const late = { kind: 'step_completed', path: 'each[0].a', attempt: 1, output: 1, taken: [] } as const
    expect(run.send(late)).toEqual([])
    expect(timeOut(run, 'each')).toEqual([])
  })

  test('is that of all iterations of a repeat, and its timer is set once', () => {
    const body = { nodes: [{ id: 'a', type: 'test.step' }] }
    const run = play({ loop: { type: 'test.repeat', body, timeoutMs: 1_000 } }, ['start>loop'])
    run.claim()
    open(run, 'loop', iteration(0))
    expect(run.orders).toContain('timeout of loop#1 @2000')
    run.now = 1_900
    run.complete('loop[0].a')
    open(run, 'loop', iteration(1))
    expect(run.orders.filter((order) => order.startsWith('timeout'))).toEqual([])
    run.now = 2_000
    expect(timeOut(run, 'loop')[0]).toBe('step_cancelled loop[1].a#1 unknown')
  })

  test('runs out while the run is parked, and for a new owner', () => {
    const run = mapped()
    open(run, 'each', items)
    for (const index of [0, 1]) open(run, `each[${index}].a`, { kind: 'timer', dueAt: 90_000 })
    run.send({ kind: 'park' })
    expect(run.events.at(-1)).toMatchObject({ type: 'run_waiting', until: 2_000 })
    expect(pendingTimers(run.state)).toContainEqual({
      path: 'each',
      kind: 'step_timeout',
      attempt: 1,
      dueAt: 2_000,
    })
    const next = folded(run)
    expect(copyRunState(next.state)).toEqual(run.state)
    next.now = 3_000
    next.claim()
    expect(next.orders).toContain('timeout of each#1 @2000')
    expect(timeOut(next, 'each').at(-1)).toBe('run_finished failed STEP_TIMEOUT')
  })

  test('stands still while the run is paused', () => {
    const run = mapped()
    open(run, 'each', items)
    run.now = 1_500
    run.send({ kind: 'pause_requested' })
    expect(pendingTimers(run.state)).toEqual([])
    run.now = 5_000
    expect(timeOut(run, 'each')).toEqual([])
    run.send({ kind: 'resume_requested' })
    expect(run.orders).toContain('timeout of each#1 @5500')
    expect(timeOut(run, 'each')).toEqual([])
    expect(run.orders).toEqual(['timeout of each#1 @5500'])
    run.now = 5_500
    expect(timeOut(run, 'each').at(-1)).toBe('run_finished failed STEP_TIMEOUT')
  })

  test('of one that begins in a pause is counted from the end of the pause', () => {
    const run = mapped()
    run.send({ kind: 'pause_requested' })
    run.now = 1_500
    open(run, 'each', items)
    run.now = 5_000
    run.send({ kind: 'resume_requested' })
    expect(run.orders).toContain('timeout of each#1 @6000')
  })

  test('changes nothing once an item has failed it', () => {
    const run = mapped()
    open(run, 'each', { ...items, onItemError: 'fail' })
    run.fail('each[0].a')
    run.now = 2_000
    expect(timeOut(run, 'each')).toEqual([])
    run.send({ kind: 'step_aborted', path: 'each[1].a', attempt: 1 })
    expect(run.orders).toEqual(['close each#1'])
  })
})
