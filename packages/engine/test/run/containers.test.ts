import { type DefinitionInput, runSnapshot, type Wait } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import {
  copyRunState,
  foldEvents,
  pendingTimers,
  snapshotOf,
  stepTable,
  validateDefinition,
} from '../../src/index.js'
import { catalogue, expressions } from '../catalogue.js'
import { makeError, makeGraph, ORIGIN, Play, play } from './play.js'

type Nodes = DefinitionInput['nodes']

const plain = (id: string) => ({ id, type: 'test.step' })
const map = (nodes: Nodes, edges: { from: string; to: string }[] = []) => ({
  type: 'test.map',
  body: { nodes, edges },
})

const items = (count: number, more: Partial<Extract<Wait, { kind: 'items' }>> = {}): Wait => ({
  kind: 'items',
  count,
  concurrency: 2,
  onItemError: 'fail',
  record: 'steps',
  ...more,
})

const open = (run: Play, path: string, wait: Wait): string[] =>
  run.send({ kind: 'step_waits', path, attempt: run.attempt(path), wait })

/** start ─▶ each[ a ─▶ b ] ─▶ after */
const mapped = (settings = {}): Play => {
  const body = map([plain('a'), plain('b')], [{ from: 'a', to: 'b' }])
  const run = play({ each: body, after: {} }, ['start>each', 'each>after'], settings)
  run.claim()
  return run
}

const expectFold = ({ graph, events, state }: Play): void =>
  expect(foldEvents(graph, ORIGIN, events, state.lastSeq)).toEqual(state)

describe('a map', () => {
  test('begins as many items as may be under way, and the next as one ends', () => {
    const run = mapped()
    expect(open(run, 'each', items(3))).toEqual([
      'step_waiting each#1',
      'step_started each[0].a#1',
      'step_started each[1].a#1',
    ])
    expect(run.complete('each[0].a')).toEqual(['step_succeeded each[0].a#1', 'step_started each[0].b#1'])
    expect(run.complete('each[0].b')).toEqual(['step_succeeded each[0].b#1', 'step_started each[2].a#1'])
    expect(stepTable(run.state).map(({ path }) => path)).not.toContain('each[0].a')
    expectFold(run)
  })

  test('asks to be closed once its items have ended, and goes on with what came of it', () => {
    const run = mapped()
    open(run, 'each', items(1))
    run.complete('each[0].a')
    run.complete('each[0].b', { output: 7 })
    expect(run.orders).toEqual(['close each#1'])
    expect(run.state.steps[1]?.inside?.results.get(0)).toMatchObject({ sinks: [{ id: 'b', output: 7 }] })
    expect(run.complete('each', { output: [7] })).toEqual(['step_succeeded each#1', 'step_started after#1'])
    expectFold(run)
  })

  test('of nothing is closed at once', () => {
    const run = mapped()
    open(run, 'each', items(0))
    expect(run.orders).toEqual(['close each#1'])
  })

  test('fails as a whole with its first failed item: others are aborted, none begins', () => {
    const run = mapped()
    open(run, 'each', items(5))
    expect(run.fail('each[0].a')).toEqual(['step_failed each[0].a#1 NODE_FAILED'])
    expect(run.orders).toEqual(['abort each[1].a#1: another item failed'])
    run.send({ kind: 'step_aborted', path: 'each[1].a', attempt: 1 })
    expect(run.orders).toEqual(['close each#1'])
    const error = run.state.steps[1]!.inside!.error!
    expect(error).toMatchObject({ code: 'ITEM_FAILED', details: { index: 0 } })
    expect(run.fail('each', error)).toEqual([
      'step_failed each#1 ITEM_FAILED',
      'run_finished failed ITEM_FAILED',
    ])
    expectFold(run)
  })

  test('that collects goes on: a failed item ends with its steps, those that wait are cancelled', () => {
    const body = map([plain('a'), plain('b')])
    const run = play({ each: body }, ['start>each'])
    run.claim()
    open(run, 'each', items(2, { concurrency: 1, onItemError: 'collect' }))
    open(run, 'each[0].b', { kind: 'timer', dueAt: 9_000 })
    expect(run.fail('each[0].a')).toEqual([
      'step_failed each[0].a#1 NODE_FAILED',
      'step_cancelled each[0].b#1 not_started',
      'step_started each[1].a#1',
      'step_started each[1].b#1',
    ])
    expect(run.state.steps[1]?.inside?.results.get(0)?.error).toMatchObject({ code: 'NODE_FAILED' })
    expectFold(run)
  })

  /** start ─▶ outer[ a, inner[ c ] ] : `a` fails while `inner` works out its items */
  test('begins nothing in an item that has failed by then, and is cancelled with it', () => {
    const run = play({ outer: map([plain('a'), { id: 'inner', ...map([plain('c')]) }]) }, ['start>outer'])
    run.claim()
    open(run, 'outer', items(1))
    run.fail('outer[0].a')
    expect(open(run, 'outer[0].inner', items(1))).toEqual([
      'step_waiting outer[0].inner#1',
      'step_cancelled outer[0].inner#1 not_started',
    ])
    expect(run.orders).toEqual(['close outer#1'])
    expectFold(run)
  })

  test('keeps to the places of the run, and parks with what waits inside of it', () => {
    const run = mapped({ maxParallelSteps: 1 })
    expect(open(run, 'each', items(2))).toEqual(['step_waiting each#1', 'step_started each[0].a#1'])
    open(run, 'each[0].a', { kind: 'timer', dueAt: 5_000 })
    open(run, 'each[1].a', { kind: 'timer', dueAt: 6_000 })
    expect(run.send({ kind: 'park' })).toEqual(['run_waiting'])
    expect(pendingTimers(run.state).map(({ path }) => path)).toEqual(['each[0].a', 'each[1].a'])
  })

  test('is taken up by a new owner where it was: what ran runs again, a close is asked for anew', () => {
    const run = mapped()
    open(run, 'each', items(1))
    expect(run.claim()).toEqual(['step_retrying each[0].a#1 @1000 uncounted', 'step_started each[0].a#2'])
    run.complete('each[0].a')
    run.complete('each[0].b')
    run.claim()
    expect(run.orders).toEqual(['close each#1'])
  })

  test('is cancelled from the inside out', () => {
    const run = mapped()
    open(run, 'each', items(9))
    expect(run.send({ kind: 'cancel_requested' })).toEqual([
      'step_cancelled each[0].a#1 unknown',
      'step_cancelled each[1].a#1 unknown',
      'step_cancelled each#1 not_started',
      'run_finished cancelled',
    ])
    expectFold(run)
  })

  test('recorded by pages has one event a page, two of them asked for at once', () => {
    const run = mapped()
    open(run, 'each', items(2_500, { record: 'pages' }))
    expect(run.orders).toEqual(['execute page 0 of each#1', 'execute page 1 of each#1'])
    const done = (page: number, completed: number) =>
      run.send({ kind: 'page_done', path: 'each', attempt: 1, page, completed, failed: 0, output: [] })
    expect(done(0, 1_000)).toEqual(['step_progressed each#1'])
    expect(done(0, 1_000)).toEqual([])
    done(2, 500)
    done(1, 1_000)
    expect(run.orders).toEqual(['close each#1'])
    expectFold(run)
  })

  test('of steps settles its pages, and keeps no results of a settled one (D20)', () => {
    const run = play({ each: map([plain('a')]) }, ['start>each'])
    run.claim()
    open(run, 'each', items(1_001, { concurrency: 1 }))
    for (let index = 0; index < 1_000; index++) run.complete(`each[${index}].a`)
    expect(run.orders).toContain('settle page 0 of each#1')
    run.send({
      kind: 'page_done',
      path: 'each',
      attempt: 1,
      page: 0,
      completed: 1_000,
      failed: 0,
      output: [],
    })
    expect(run.state.steps[1]?.inside?.results.size).toBe(0)
    run.complete('each[1000].a')
    expect(run.orders).toEqual(['settle page 1 of each#1'])
    expectFold(run)
    expect(copyRunState(run.state)).toEqual(run.state)
  })
})

/** start ─▶ outer[ inner[ x ] ] */
test('a container within a container', () => {
  const inner = { id: 'inner', ...map([plain('x')]) }
  const run = play({ outer: map([inner]) }, ['start>outer'])
  run.claim()
  open(run, 'outer', items(2, { concurrency: 1 }))
  open(run, 'outer[0].inner', items(1))
  run.complete('outer[0].inner[0].x')
  expect(run.orders).toEqual(['close outer[0].inner#1'])
  expect(run.complete('outer[0].inner')).toEqual([
    'step_succeeded outer[0].inner#1',
    'step_started outer[1].inner#1',
  ])
  expect(run.fail('outer[1].inner', makeError())).toEqual(['step_failed outer[1].inner#1 NODE_FAILED'])
  expect(run.orders).toEqual(['close outer#1'])
  expectFold(run)
})

/** start ─▶ loop[ x ] */
test('a repeat asks after each pass, and begins the next as it is told', () => {
  const run = play({ loop: { ...map([plain('x')]), type: 'test.repeat' } }, ['start>loop'])
  run.claim()
  open(run, 'loop', { kind: 'iteration', index: 0, max: 9 })
  run.complete('loop[0].x')
  expect(run.orders).toEqual(['check loop[0]#1'])
  expect(open(run, 'loop', { kind: 'iteration', index: 1, max: 9 })).toEqual([
    'step_waiting loop#1',
    'step_started loop[1].x#1',
  ])
  expect(open(run, 'loop', { kind: 'iteration', index: 1, max: 9 })).toEqual([])
  run.complete('loop[1].x')
  expect(run.complete('loop', { output: 1 })).toEqual(['step_succeeded loop#1', 'run_finished completed'])
  expectFold(run)
})

/** start ─▶ loop[ x ] */
test('a repeat goes on for as many passes as it is told, over the size of a map’s pages', () => {
  const run = play({ loop: { ...map([plain('x')]), type: 'test.repeat' } }, ['start>loop'])
  run.claim()
  for (let index = 0; index < 2_500; index++) {
    expect(open(run, 'loop', { kind: 'iteration', index, max: 10_000 })).toContain(
      `step_started loop[${index}].x#1`,
    )
    run.complete(`loop[${index}].x`)
  }
  expect(run.complete('loop', { output: 1 })).toContain('run_finished completed')
  expectFold(run)
})

/** start ─▶ loop[ x ], as an earlier version left it: it began no pass from the 2,000th on. */
test('a repeat that was left before a pass that never began goes on with it', () => {
  const snapshot = runSnapshot.parse({
    ...{ format: 2, seq: 6004, status: 'running', startedAt: 1000, pausedAt: null, pausedMs: 0 },
    ...{ ready: [], dead: [], undoable: [], undoableInside: false, compensation: null },
    root: {
      ...{ index: 0, error: null, edges: 't' },
      steps: [
        {
          ...{ node: 0, status: 'completed', attempt: 1, failures: 0, error: null, wait: null },
          ...{ retryAt: null, startedAt: 1000, finishedAt: 1000, logLines: 0, inside: null },
        },
        {
          ...{ node: 1, status: 'waiting', attempt: 1, failures: 0, error: null },
          wait: { kind: 'iteration', index: 2_000, max: 10_000 },
          ...{ retryAt: null, startedAt: 1000, finishedAt: null, logLines: 0 },
          inside: {
            ...{ kind: 'repeat', concurrency: 1, collects: false, record: 'steps', begunAt: 1000 },
            ...{ begun: 2_000, ended: 2_000, error: null, scopes: [], pages: [] },
            results: [[1_999, { error: null, sinks: [{ id: 'x', output: 1_999 }] }]],
          },
        },
      ],
    },
  })
  const nodes = { loop: { ...map([plain('x')]), type: 'test.repeat' } }
  const graph = makeGraph(nodes, ['start>loop'])
  const run = new Play(graph, foldEvents(graph, ORIGIN, [], 6_004, snapshot))
  expect(run.claim()).toContain('step_started loop[2000].x#1')
  run.complete('loop[2000].x', { output: 2_000 })
  expect(run.orders).toEqual(['check loop[2000]#1'])
  // Of a repeat as it stands now nothing is begun twice.
  const again = new Play(graph, foldEvents(graph, ORIGIN, [], run.state.lastSeq, snapshotOf(run.state)))
  expect(again.claim()).toEqual([])
})

/** start ─▶ a, start ─▶ b: a stops the run */
test('a stop ends the run at once', () => {
  const run = play({ a: {}, b: {} }, ['start>a', 'start>b'])
  run.claim()
  expect(run.send({ kind: 'stop_requested', path: 'a', attempt: 1, status: 'completed', output: 5 })).toEqual(
    ['step_succeeded a#1', 'step_cancelled b#1 unknown', 'run_finished completed'],
  )
  expect(run.state.output).toBe(5)
})

describe('validation of bodies', () => {
  const check = (nodes: object[], edges: object[] = []) =>
    validateDefinition(
      {
        format: 'millrace/v1',
        name: 'x',
        nodes: [{ id: 'start', type: 'trigger.manual' }, ...nodes],
        edges: [{ from: 'start', to: 'each' }, ...edges],
      },
      catalogue,
      expressions,
    ).problems.map(({ pointer, code }) => `${code} ${pointer}`)
  const step = (id: string, reads: string) => ({ id, type: 'test.step', params: { value: `{{ ${reads} }}` } })
  const each = (nodes: object[], edges: object[] = []) => ({
    id: 'each',
    type: 'test.map',
    body: { nodes, edges },
  })

  test('names what is wrong by a pointer into the body', () => {
    const wrong = [
      { id: 'a', type: 'ghost' },
      { id: 'a', type: 'test.step' },
      { id: 't', type: 'trigger.manual' },
    ]
    const nodes = [each(wrong, [{ from: 't', to: 'after' }]), { id: 'after', type: 'test.step' }]
    expect(check(nodes, [{ from: 'each', to: 'after' }]).sort()).toEqual([
      'DANGLING_EDGE /nodes/1/body/edges/0/to',
      'DUPLICATE_NODE_ID /nodes/1/body/nodes/1/id',
      'TRIGGER_IN_BODY /nodes/1/body/nodes/2',
      'UNKNOWN_NODE_TYPE /nodes/1/body/nodes/0/type',
    ])
  })

  test('a body may read what is before its container, and nobody outside what is in it', () => {
    const nodes = [
      each(
        [step('a', 'steps.start.output'), step('b', 'steps.a.output'), step('c', 'steps.after.output')],
        [{ from: 'a', to: 'b' }],
      ),
      step('after', 'steps.a.output'),
    ]
    expect(check(nodes, [{ from: 'each', to: 'after' }])).toEqual([
      'NOT_UPSTREAM /nodes/2/params/value',
      'NOT_UPSTREAM /nodes/1/body/nodes/2/params/value',
    ])
  })

  test('containers need a body and are not retried; others have none', () => {
    expect(check([{ ...each([step('a', '1')]), timeoutMs: 5 }])).toEqual([])
    expect(check([{ id: 'each', type: 'test.map', retry: {} }])).toEqual([
      'MISSING_BODY /nodes/1',
      'INVALID_SHAPE /nodes/1/retry',
    ])
    expect(check([{ ...each([step('a', '1')]), type: 'test.step' }])).toEqual([
      'BODY_NOT_ALLOWED /nodes/1/body',
    ])
  })
})
