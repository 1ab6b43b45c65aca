import { ITEMS_PER_PAGE } from '@millrace/contracts'
import { expect, test } from 'vitest'
import { RUN_TRANSITIONS, STEP_TRANSITIONS } from '../../src/index.js'
import { makeGraph } from '../run/play.js'
import { simulate, traceOf } from './simulate.js'

/**
 * Random graphs of up to nine nodes, some of which are containers, such as
 *
 *            ┌▶ n1[ n1_0 ─▶ n1_1[ … ] ] ─┐
 *   start ──┤                            ├▶ n3 (any) ─error▶ n4
 *            └▶ n2 (all) ────────────────┘
 *
 * each driven to its end through errors, waits, pauses, echoes, messages twice and out of order, and crashes, after
 * which the run is folded from its first event or from a snapshot. A seed that fails is its own repro: give it to
 * `traceOf`, and it plays the same again.
 */
const INTERLEAVINGS = 100_000

test('the same seed plays the same run', () => {
  for (let seed = 1; seed <= 50; seed++) expect(traceOf(seed)).toEqual(traceOf(seed))
  expect(traceOf(1)).not.toEqual(traceOf(2))
})

test(`${INTERLEAVINGS} interleavings keep I1, I2, I4, I7 and D20, and go through every transition`, () => {
  const seen = new Set<string>()
  for (let seed = 1; seed <= INTERLEAVINGS; seed++) simulate(seed, { seen })
  expect([...seen].sort()).toEqual(
    [...transitions('run', RUN_TRANSITIONS), ...transitions('step', STEP_TRANSITIONS)].sort(),
  )
}, 600_000)

/** start ─▶ outer[ a ─▶ inner[ b ] ] ─▶ last, where `un-a`, `un-b` and `un-last` undo; both containers have a time */
test('so do items that are undone, piece by piece, and containers whose time is over', () => {
  const step = (id: string) => ({ id, type: 'test.step' })
  const undone = (id: string) => [{ ...step(id), compensate: `un-${id}` }, step(`un-${id}`)]
  const inner = { id: 'inner', type: 'test.repeat', timeoutMs: 2_000, body: { nodes: undone('b') } }
  const body = { nodes: [...undone('a'), inner], edges: [{ from: 'a', to: 'inner' }] }
  const outer = { type: 'test.map', timeoutMs: 4_000, body }
  const graph = makeGraph({ outer, last: { compensate: 'un-last' }, 'un-last': {} }, [
    'start>outer',
    'outer>last',
  ])
  for (let seed = 1; seed <= 3_000; seed++) simulate(seed, { graph })
  const lines = Array.from({ length: 1_500 }, (_, seed) => traceOf(seed, { graph })).flat()
  for (const pattern of [/STEP_TIMEOUT/, /step_started \S+\.un-b#/, /^undoable_found → run_compensating \S/])
    expect(lines.filter((line) => pattern.test(line)).length).toBeGreaterThan(10)
}, 600_000)

/** start ─▶ each[ a ─▶ b ] ─▶ after */
test('so do maps of several pages, whose results are stored a page at a time', () => {
  const step = (id: string) => ({ id, type: 'test.step', onError: 'continue' as const })
  const body = { nodes: [step('a'), step('b')], edges: [{ from: 'a', to: 'b' }] }
  const graph = makeGraph({ each: { type: 'test.map', body }, after: {} }, ['start>each', 'each>after'])
  const seen = new Set<string>()
  for (let seed = 1; seed <= 40; seed++) simulate(seed, { graph, items: 3 * ITEMS_PER_PAGE, seen })
  expect(seen).toContain('step waiting step_progressed waiting')
}, 600_000)

const transitions = (
  what: string,
  table: Record<string, Partial<Record<string, readonly string[]>>>,
): string[] =>
  Object.entries(table).flatMap(([from, events]) =>
    Object.entries(events).flatMap(([event, next]) =>
      (next ?? []).map((to) => `${what} ${from} ${event} ${to}`),
    ),
  )
