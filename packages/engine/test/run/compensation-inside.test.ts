import type { DefinitionInput, Wait } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { copyRunState, createRunState, decide, foldEvents, snapshotOf, stepTable } from '../../src/index.js'
import { restoreRun } from '../../src/run/restore.js'
import { makeError, makeGraph, ORIGIN, Play } from './play.js'

type Nodes = DefinitionInput['nodes']

/**
 *   start ──▶ book ──▶ each[ charge ] ──▶ ship
 *              ┆               ┆
 *            unbook          refund
 */
const BODY: Nodes = [
  { id: 'charge', type: 'test.step', compensate: 'refund' },
  { id: 'refund', type: 'test.step' },
]
const graphOf = (body: Nodes = BODY) =>
  makeGraph(
    {
      book: { compensate: 'unbook' },
      each: { type: 'test.map', body: { nodes: body } },
      ship: {},
      unbook: {},
    },
    ['start>book', 'book>each', 'each>ship'],
  )

const items = (count: number, more: object = {}): Wait => ({
  kind: 'items',
  count,
  concurrency: 1,
  onItemError: 'fail',
  record: 'steps',
  ...more,
})
const open = (run: Play, path: string, wait: Wait): string[] =>
  run.send({ kind: 'step_waits', path, attempt: run.attempt(path), wait })

/** As far as `ship`, with two items behind it. */
const shipped = (body?: Nodes): Play => {
  const run = new Play(graphOf(body))
  run.claim()
  run.complete('book')
  open(run, 'each', items(2))
  run.complete('each[0].charge')
  run.complete('each[1].charge')
  run.complete('each')
  return run
}

const found = (run: Play, asked: number, paths: readonly string[], before?: number): string[] =>
  run.send({ kind: 'undoable_found', asked, paths, ...(before === undefined ? {} : { before }) })

/** The number of the event that completed this step. */
const endOf = ({ events }: Play, path: string): number =>
  events.find((event) => event.type === 'step_succeeded' && event.path === path)!.seq

const folded = ({ graph, events }: Play): Play => new Play(graph, foldEvents(graph, ORIGIN, events))

/** Whoever takes the run over is where it was, from its events and from a snapshot. */
const expectSame = (run: Play): void => {
  expect(folded(run).state).toEqual(run.state)
  expect(copyRunState(run.state)).toEqual(run.state)
  const snapshot = JSON.parse(JSON.stringify(snapshotOf(run.state)))
  expect(snapshotOf(restoreRun(run.graph, ORIGIN, snapshot))).toEqual(snapshotOf(run.state))
}

describe('a run that fails with items behind it', () => {
  test('asks for what they did, and undoes it with all else, the latest completion first', () => {
    const run = shipped()
    expect(run.fail('ship')).toEqual(['step_failed ship#1 NODE_FAILED', 'run_compensating  NODE_FAILED'])
    const turned = run.state.lastSeq
    expect(run.orders).toEqual([`find what completed before ${turned}`])
    expectSame(run)
    const paths = ['each[1].refund', 'each[0].refund', 'unbook']
    expect(found(run, turned, paths)).toEqual([`run_compensating ${paths}`, 'step_started each[1].refund#1'])
    expectSame(run)
    expect(stepTable(run.state).map(({ path }) => path)).toContain('each[1].refund')
    expect(stepTable(run.state).map(({ path }) => path)).not.toContain('each[1].charge')
    expect(run.complete('each[1].refund')).toEqual([
      'step_succeeded each[1].refund#1',
      'step_started each[0].refund#1',
    ])
    expectSame(run)
    run.complete('each[0].refund')
    expect(run.complete('unbook').at(-1)).toBe('run_finished failed NODE_FAILED')
    expect(run.state.steps.every(({ inside }) => inside === null)).toBe(true)
  })

  test('asks piece by piece; the same answer twice is heard once', () => {
    const run = shipped()
    run.fail('ship')
    const turned = run.state.lastSeq
    const piece = endOf(run, 'each[1].charge')
    found(run, turned, ['each[1].refund'], piece)
    expect(found(run, turned, ['each[1].refund'], piece)).toEqual([])
    run.complete('each[1].refund')
    expect(run.orders).toEqual([`find what completed before ${piece}`])
    expect(found(run, turned, ['each[1].refund'], piece)).toEqual([])
    const next = folded(run)
    next.claim()
    expect(next.orders).toEqual([`find what completed before ${piece}`])
    found(next, piece, ['each[0].refund', 'unbook'])
    next.complete('each[0].refund')
    expect(next.complete('unbook').at(-1)).toBe('run_finished failed NODE_FAILED')
  })

  test('is turned back while items are under way: those are cut off, what had completed is undone', () => {
    const run = new Play(graphOf([...BODY, { id: 'note', type: 'test.step' }]))
    run.claim()
    run.complete('book')
    open(run, 'each', items(1))
    run.complete('each[0].charge')
    run.fail('each[0].note')
    expect(run.orders).toEqual(['close each#1'])
    run.fail('each', makeError({ code: 'ITEM_FAILED' }))
    found(run, run.state.lastSeq, ['each[0].refund', 'unbook'])
    expect(run.complete('each[0].refund')).toContain('step_started unbook#1')
  })

  test('notes only that there is something, however many items there are (I10)', () => {
    const run = shipped()
    expect(run.state.undoableInside).toBe(true)
    expect(run.state.undoable.map(({ path }) => path)).toEqual(['book'])
    expect(JSON.stringify(snapshotOf(run.state))).not.toContain('charge')
  })

  test('that completes skips nothing inside: what would undo items never was', () => {
    expect(shipped().complete('ship')).toEqual([
      'step_succeeded ship#1',
      'step_skipped unbook#0',
      'run_finished completed',
    ])
  })

  test('undoes nothing of items whose steps can not be undone, failed, or whose failure was taken over', () => {
    const body: Nodes = [{ ...BODY[0]!, onError: 'continue' }, BODY[1]!]
    const run = new Play(graphOf(body))
    run.claim()
    run.complete('book')
    open(run, 'each', items(1))
    run.fail('each[0].charge')
    expect(run.state.undoableInside).toBe(false)
    run.complete('each')
    expect(run.fail('ship')).toContain('run_compensating unbook NODE_FAILED')
  })
})

describe('a step that undoes one of an item', () => {
  test('that fails stops no other; the run names it', () => {
    const run = shipped()
    run.fail('ship', makeError({ code: 'LOST' }))
    found(run, run.state.lastSeq, ['each[1].refund', 'each[0].refund', 'unbook'])
    expect(run.fail('each[1].refund')).toEqual([
      'step_failed each[1].refund#1 NODE_FAILED',
      'step_started each[0].refund#1',
    ])
    expectSame(run)
    run.complete('each[0].refund')
    expect(run.complete('unbook').at(-1)).toBe('run_finished failed COMPENSATION_FAILED')
    expect(run.state.error?.details).toMatchObject({ failed: ['each[1].refund'], error: { code: 'LOST' } })
  })

  test('is tried again by a new owner', () => {
    const run = shipped()
    run.fail('ship')
    found(run, run.state.lastSeq, ['each[1].refund'])
    const next = folded(run)
    expect(next.claim()).toEqual([
      'step_retrying each[1].refund#1 @1000 uncounted',
      'step_started each[1].refund#2',
    ])
    expect(next.complete('each[1].refund').at(-1)).toBe('run_finished failed NODE_FAILED')
  })

  test('may be a container, and wait', () => {
    const refund = { id: 'refund', type: 'test.map', body: { nodes: [{ id: 'part', type: 'test.step' }] } }
    const run = shipped([BODY[0]!, refund])
    run.fail('ship')
    found(run, run.state.lastSeq, ['each[1].refund'])
    expect(open(run, 'each[1].refund', items(1)).at(-1)).toBe('step_started each[1].refund[0].part#1')
    open(run, 'each[1].refund[0].part', { kind: 'timer', dueAt: 9_000 })
    expectSame(run)
    run.complete('each[1].refund[0].part')
    expect(run.orders).toEqual(['close each[1].refund#1'])
    expect(run.complete('each[1].refund').at(-1)).toBe('run_finished failed NODE_FAILED')
  })

  test('waits for a paused run to be resumed', () => {
    const run = shipped()
    run.fail('ship')
    run.send({ kind: 'pause_requested' })
    expect(
      found(run, run.events.findLast(({ type }) => type === 'run_compensating')!.seq, ['each[1].refund']),
    ).toEqual(['run_compensating each[1].refund'])
    expectSame(run)
    expect(run.send({ kind: 'resume_requested' })).toEqual(['run_resumed', 'step_started each[1].refund#1'])
  })
})

/** start ──▶ outer[ inner[ a ┄ un-a ] ] ──▶ ship: of items within items the way there is opened again */
test('items within items', () => {
  const inner = {
    id: 'inner',
    type: 'test.repeat',
    body: {
      nodes: [
        { id: 'a', type: 'test.step', compensate: 'un-a' },
        { id: 'un-a', type: 'test.step' },
      ],
    },
  }
  const graph = makeGraph({ outer: { type: 'test.map', body: { nodes: [inner] } }, ship: {} }, [
    'start>outer',
    'outer>ship',
  ])
  const run = new Play(graph)
  run.claim()
  open(run, 'outer', items(1))
  open(run, 'outer[0].inner', { kind: 'iteration', index: 0, max: 3 })
  run.complete('outer[0].inner[0].a')
  run.complete('outer[0].inner')
  run.complete('outer')
  run.fail('ship')
  expect(found(run, run.state.lastSeq, ['outer[0].inner[0].un-a']).at(-1)).toBe(
    'step_started outer[0].inner[0].un-a#1',
  )
  expectSame(run)
  expect(run.complete('outer[0].inner[0].un-a').at(-1)).toBe('run_finished failed NODE_FAILED')
})

test('a run that undoes one with items asks for what completed before the end of that one', () => {
  const graph = graphOf()
  const undo = { before: 99 }
  const state = createRunState(graph, { ...ORIGIN, seeded: new Set(['book']), undo })
  const run = new Play(graph, state)
  run.claim()
  const taken = run.edges('book', 'main')
  const reused = { runId: 'earlier' }
  run.send({ kind: 'step_completed', path: 'book', attempt: 1, output: 1, taken, reused })
  expect(run.orders).toEqual(['find what completed before 99'])
  found(run, 99, ['each[0].refund'])
  expect(run.complete('each[0].refund').at(-1)).toBe('run_finished completed')
})

test('a path that leads nowhere is refused, and not waited for', () => {
  const run = shipped()
  run.fail('ship')
  const asked = run.state.lastSeq
  for (const paths of [['ghost[0].refund'], ['each[0].ghost']])
    expect(() => decide(copyRunState(run.state), { kind: 'undoable_found', asked, paths }, 1_000)).toThrow(
      'the version has no step',
    )
})
