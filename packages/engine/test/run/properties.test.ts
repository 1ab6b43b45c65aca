import { type Edge, ERROR_PORT, MAIN_PORT, type Node, retryPolicy } from '@millrace/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyEvent, buildGraph, createRunState, foldEvents, type Graph } from '../../src/index.js'
import { catalogue } from '../catalogue.js'
import { Referee } from '../simulator/referee.js'
import { inShort, makeError, ORIGIN, Play } from './play.js'

/**
 *   start ─▶ n0 …, then each node behind one or more of those before it, for example
 *
 *            ┌▶ n0 ─▶ n2 (any) ─┐
 *   start ──┤         ▲         ├▶ n4
 *            └▶ n1 ───┴error▶ n3 ┘
 *                ┆
 *               un1     what undoes it
 */
interface Plan {
  readonly join: 'all' | 'any'
  readonly onError: 'fail' | 'continue' | 'route'
  readonly maxAttempts: number
  readonly isUndone: boolean
  /** Nodes before this one, by a number that is cut down to how many there are; and whether by the error port. */
  readonly behind: readonly { readonly node: number; readonly ofErrors: boolean }[]
}

const plan: fc.Arbitrary<Plan> = fc.record({
  join: fc.constantFrom('all', 'any'),
  onError: fc.constantFrom('fail', 'continue', 'route'),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  isUndone: fc.boolean(),
  behind: fc.array(fc.record({ node: fc.nat(11), ofErrors: fc.boolean() }), { minLength: 1, maxLength: 4 }),
})

function toGraph(plans: readonly Plan[], maxParallelSteps: number): Graph {
  const nodes: Node[] = [
    { id: 'start', type: 'trigger.manual', params: {}, onError: 'fail', onCrash: 'retry', join: 'all' },
    ...plans.map(({ join, onError, maxAttempts, isUndone }, index) => ({
      id: `n${index}`,
      type: 'test.step',
      params: {},
      onError,
      onCrash: 'retry' as const,
      join,
      retry: retryPolicy.parse({ maxAttempts, delayMs: 1 }),
      ...(isUndone && { compensate: `un${index}` }),
    })),
  ]
  const edges = new Map<string, Edge>()
  for (const [index, { behind }] of plans.entries()) {
    for (const { node, ofErrors } of behind) {
      const from = nodes[node % (index + 1)]!
      const port = ofErrors && from.onError === 'route' ? ERROR_PORT : MAIN_PORT
      edges.set(`${from.id} ${port} ${index}`, { from: from.id, to: `n${index}`, port })
    }
  }
  for (const [index, { isUndone, maxAttempts }] of plans.entries())
    if (isUndone) nodes.push({ ...nodes[0]!, ...undoing(index, maxAttempts) })
  const settings = { priority: 'normal' as const, maxParallelSteps }
  return buildGraph(
    { format: 'millrace/v1', name: 'random', nodes, edges: [...edges.values()], settings },
    catalogue,
  )
}

const undoing = (index: number, maxAttempts: number) => ({
  id: `un${index}`,
  type: 'test.step',
  retry: retryPolicy.parse({ maxAttempts, delayMs: 1 }),
})

const graphs = fc
  .tuple(fc.array(plan, { minLength: 1, maxLength: 10 }), fc.integer({ min: 1, max: 4 }))
  .map(([plans, places]) => toGraph(plans, places))

/** What happens next; when they run out, every step in its turn succeeds and takes all its edges. */
const fates = fc.array(
  fc.record({ step: fc.nat(15), fails: fc.boolean(), retryable: fc.boolean(), takes: fc.nat(15) }),
  { maxLength: 40 },
)
type Fate = typeof fates extends fc.Arbitrary<(infer F)[]> ? F : never
/** In turn, since a due retry starts nothing while other steps hold all the places: they must end first. */
const kindFate = (turn: number): Fate => ({ step: turn, fails: false, retryable: false, takes: 15 })
/** Far more than any of these runs needs. */
const PATIENCE = 1_000

/** Plays a run to its end; `watch` is called after each decision. */
function playToTheEnd(graph: Graph, fortune: readonly Fate[], watch: (run: Play) => void): Play {
  const run = new Play(graph)
  run.claim()
  watch(run)
  for (let turn = 0; run.state.finishedAt === null; turn++) {
    expect(turn).toBeLessThan(PATIENCE)
    const open = run.state.steps.filter(({ status }) => status === 'running' || status === 'waiting')
    // Nothing runs, nothing waits, and yet the run has not ended: it would hang.
    expect(open).not.toEqual([])
    const fate = fortune[turn] ?? kindFate(turn)
    act(run, open[fate.step % open.length]!.path, fate)
    run.now++
    watch(run)
  }
  return run
}

function act(run: Play, path: string, { fails, retryable, takes }: Fate): void {
  const targets = run.graph.nodes.map(({ id }) => id).filter((_, node) => (takes & (1 << (node % 4))) !== 0)
  if (run.status(path) === 'waiting') run.send({ kind: 'retry_due', path, attempt: run.attempt(path) })
  else if (fails) run.fail(path, makeError({ retryable }), { to: targets })
  else run.complete(path, { to: targets })
}

test('every run ends, and each of its events keeps the rules of start, skip and order', () => {
  fc.assert(
    fc.property(graphs, fates, (graph, fortune) => {
      const { events } = playToTheEnd(graph, fortune, () => undefined)
      const referee = new Referee(graph)
      for (const event of events) referee.observe(event)
      expect(referee.finished).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})

test('the events so far fold to the state that emitted them, after every decision', () => {
  fc.assert(
    fc.property(graphs, fates, (graph, fortune) => {
      const folded = createRunState(graph, ORIGIN)
      let read = 0
      playToTheEnd(graph, fortune, ({ events, state }) => {
        for (; read < events.length; read++) applyEvent(folded, events[read]!)
        expect(folded).toEqual(state)
        expect(foldEvents(graph, ORIGIN, events, state.lastSeq)).toEqual(state)
      })
    }),
    { numRuns: 200 },
  )
})

test('no step completes twice, and none is left without a status when the run completes', () => {
  fc.assert(
    fc.property(graphs, fates, (graph, fortune) => {
      const { events, state } = playToTheEnd(graph, fortune, () => undefined)
      const ends = events
        .map(inShort)
        .filter((text) => /^step_(succeeded|failed|skipped|cancelled)/.test(text))
        .map((text) => text.split(/[ #]/)[1])
      expect(new Set(ends).size).toBe(ends.length)
      if (state.status === 'completed') expect(ends).toHaveLength(graph.nodes.length)
    }),
    { numRuns: 500 },
  )
})

test('a run that fails undoes each step completed well once, the latest first, and says which it could not', () => {
  fc.assert(
    fc.property(graphs, fates, (graph, fortune) => {
      const { events, state } = playToTheEnd(graph, fortune, () => undefined)
      const completed = events.flatMap((event) =>
        event.type === 'step_succeeded' && event.error === undefined ? [event.path] : [],
      )
      const toUndo = completed
        .flatMap((path) => graph.nodes[graph.indexOf(path)!]!.compensate ?? [])
        .reverse()
      const ends = events.filter(
        (event) =>
          (event.type === 'step_succeeded' || event.type === 'step_failed') && event.path.startsWith('un'),
      )
      expect(ends.map((event) => ('path' in event ? event.path : ''))).toEqual(
        state.status === 'failed' ? toUndo : [],
      )
      const failed = ends.filter(({ type }) => type === 'step_failed')
      expect(state.error?.code === 'COMPENSATION_FAILED').toBe(failed.length > 0)
    }),
    { numRuns: 1_000 },
  )
})
