import type { EventDraft, RunEvent } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import {
  applyEvent,
  copyRunState,
  createRunState,
  foldEvents,
  pendingTimers,
  runningSteps,
  stepTable,
  stepView,
} from '../../src/index.js'
import { makeGraph, ORIGIN, play } from './play.js'

// start ─▶ a ─▶ b
const graph = makeGraph({ a: {}, b: {} }, ['start>a', 'a>b'])
const number = (drafts: readonly EventDraft[]): RunEvent[] =>
  drafts.map((draft, index) => ({ ...draft, seq: index + 1, at: 1 }) as RunEvent)
const fold = (drafts: readonly EventDraft[], lastSeq?: number) =>
  foldEvents(graph, ORIGIN, number(drafts), lastSeq)

const started: EventDraft[] = [
  { type: 'run_started', trigger: 'start' },
  { type: 'step_succeeded', path: 'start', attempt: 1, taken: [0] },
  { type: 'step_started', path: 'a', attempt: 1 },
]

describe('foldEvents', () => {
  test('ends at the seq it is told to, or fails (D2)', () => {
    expect(fold(started, 3)).toMatchObject({ status: 'running', lastSeq: 3, running: 1 })
    expect(() => fold(started, 4)).toThrow('the events end at 3, the run at 4')
  })

  test('a gap, a repetition: seq is dense (I4)', () => {
    const [first, , third] = number(started)
    expect(() => foldEvents(graph, ORIGIN, [first!, third!])).toThrow('seq must be dense')
    expect(() => foldEvents(graph, ORIGIN, [first!, first!])).toThrow('seq must be dense')
  })

  test.each<[string, EventDraft[]]>([
    [
      'a completed step starts again (I2)',
      [
        ...started,
        { type: 'step_succeeded', path: 'a', attempt: 1, taken: [1] },
        { type: 'step_started', path: 'a', attempt: 2 },
      ],
    ],
    [
      'a step ends that has not started',
      [
        {
          type: 'step_failed',
          path: 'a',
          attempt: 1,
          error: { code: 'X', message: '' },
          handled: false,
          taken: [],
        },
      ],
    ],
    ['a run starts twice', [...started, { type: 'run_started', trigger: 'start' }]],
    ['a run completes before it starts', [{ type: 'run_finished', status: 'completed' }]],
    [
      'anything after the end',
      [
        { type: 'run_finished', status: 'cancelled' },
        { type: 'run_started', trigger: 'start' },
      ],
    ],
  ])('refuses: %s', (_what, drafts) => {
    expect(() => fold(drafts)).toThrow('does not fit')
  })

  test('a step that the version does not have', () => {
    expect(() => fold([{ type: 'step_started', path: 'ghost', attempt: 1 }])).toThrow('no step ghost')
  })

  test('a trigger that the version does not have', () => {
    expect(() => createRunState(graph, { trigger: 'ghost', input: null })).toThrow('no node ghost')
  })

  test('an event that does not fit leaves the state as it was', () => {
    const state = fold(started)
    const before = copyRunState(state)
    const event = { type: 'run_started', trigger: 'start', seq: 4, at: 1 } as const
    expect(() => applyEvent(state, event)).toThrow('does not fit')
    expect(state).toEqual(before)
  })
})

describe('copyRunState', () => {
  test('the copy and the original go their own ways', () => {
    const later = number([...started, { type: 'step_succeeded', path: 'a', attempt: 1, taken: [1] }]).at(-1)!
    const original = fold(started)
    const copy = copyRunState(original)
    applyEvent(copy, later)
    expect(original).toEqual(fold(started))
    expect(copy).toMatchObject({
      lastSeq: 4,
      edges: ['taken', 'taken'],
      ready: [{ path: 'a' }, { path: 'b' }],
    })
    applyEvent(original, later)
    expect(original).toEqual(copy)
  })
})

describe('buildGraph', () => {
  test('refuses what is not a graph', () => {
    expect(() => makeGraph({ a: {} }, ['start>ghost'])).toThrow('edge 0 dangles: start → ghost')
    expect(() => makeGraph({ a: {}, b: {} }, ['start>a', 'a>b', 'b>a'])).toThrow('cycle: a → b → a')
  })

  test('knows neighbours, by edge', () => {
    expect([graph.indexOf('a'), graph.indexOf('ghost')]).toEqual([1, undefined])
    expect([graph.outgoing(1), graph.incoming(1), graph.target(1)]).toEqual([[1], [0], 2])
    expect([graph.outgoing(99), graph.incoming(99)]).toEqual([[], []])
    expect([graph.isTrigger(0), graph.isTrigger(1), graph.isTrigger(99)]).toEqual([true, false, false])
  })
})

describe('views', () => {
  test('one step', () => {
    expect(stepView(fold(started), 'a')).toEqual({
      path: 'a',
      nodeId: 'a',
      type: 'test.step',
      status: 'running',
      attempt: 1,
      startedAt: 1,
      finishedAt: null,
      error: null,
      wait: null,
      output: undefined,
      outputRef: undefined,
    })
    expect(stepView(fold(started), 'ghost')).toBeUndefined()
  })

  test('all steps, in topological order', () => {
    const upside = makeGraph({ last: {}, first: {} }, ['start>first', 'first>last'])
    const state = createRunState(upside, ORIGIN)
    expect(stepTable(state).map(({ path }) => path)).toEqual(['start', 'first', 'last'])
  })

  test('what waits by the clock', () => {
    const run = play(
      { a: { retry: { jitter: 'none', delayMs: 500 } }, b: {}, c: {} },
      ['start>a', 'start>b', 'start>c'],
      { timeoutMs: 10_000 },
    )
    expect(pendingTimers(run.state)).toEqual([])
    run.claim()
    run.fail('a')
    run.send({ kind: 'step_waits', path: 'b', attempt: 1, wait: { kind: 'timer', dueAt: 3_000 } })
    run.send({ kind: 'step_waits', path: 'c', attempt: 1, wait: { kind: 'resume' } })
    expect(pendingTimers(run.state)).toEqual([
      { path: 'a', kind: 'retry', attempt: 1, dueAt: 1_500 },
      { path: 'b', kind: 'delay', attempt: 1, dueAt: 3_000 },
      { path: '', kind: 'run_timeout', attempt: 0, dueAt: 11_000 },
    ])
    expect(runningSteps(run.state)).toEqual([])
  })
})
