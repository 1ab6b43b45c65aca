import { definition } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import {
  applyEvent,
  buildGraph,
  createRunState,
  decide,
  foldEvents,
  type Graph,
  type RunInput,
  type RunState,
} from '../../src/index.js'
import { catalogue } from '../catalogue.js'
import { ORIGIN } from './play.js'

type Pairs = readonly (readonly [from: number, to: number])[]

/** `start` is node 0. */
function makeGraph(size: number, pairs: Pairs): Graph {
  const nodes = Array.from({ length: size }, (_, index) => ({
    id: `n${index}`,
    type: index === 0 ? 'trigger.manual' : 'test.step',
  }))
  const edges = pairs.map(([from, to]) => ({ from: `n${from}`, to: `n${to}` }))
  return buildGraph(definition.parse({ format: 'millrace/v1', name: 'x', nodes, edges }), catalogue)
}

/** n0 ─▶ n1 ─▶ n2 ─▶ … */
const chain = (size: number): Graph =>
  makeGraph(
    size,
    Array.from({ length: size - 1 }, (_, index) => [index, index + 1] as const),
  )

/** n0 ─▶ n1 … n(size − 2), all of them ─▶ the last */
const fan = (size: number): Graph => {
  const middle = Array.from({ length: size - 2 }, (_, index) => index + 1)
  return makeGraph(
    size,
    middle.flatMap(
      (node) =>
        [
          [0, node],
          [node, size - 1],
        ] as const,
    ),
  )
}

/** The graph, and how often an edge or a node of it was looked at. */
function counted(graph: Graph): { graph: Graph; visits: () => number } {
  let visits = 0
  const count = <T>(value: T, weight: number): T => {
    visits += weight
    return value
  }
  return {
    visits: () => visits,
    graph: {
      ...graph,
      indexOf: (id) => count(graph.indexOf(id), 1),
      outgoing: (node) => count(graph.outgoing(node), graph.outgoing(node).length + 1),
      incoming: (node) => count(graph.incoming(node), graph.incoming(node).length + 1),
      target: (edge) => count(graph.target(edge), 1),
    },
  }
}

/** Claims the run, then completes its steps in the order they start. */
function runThrough(graph: Graph): RunState {
  const state = createRunState(graph, ORIGIN_OF_N0)
  const todo = [...decide(state, { kind: 'claimed' }, 1).commands]
  for (let head = 0; head < todo.length; head++) {
    const command = todo[head]!
    if (command.kind !== 'execute_step') continue
    const { path, attempt, node } = command
    const taken = graph.outgoing(node)
    todo.push(...decide(state, { kind: 'step_completed', path, attempt, output: 1, taken }, 1).commands)
  }
  return state
}
const ORIGIN_OF_N0 = { ...ORIGIN, trigger: 'n0' }

describe('the work of a whole run grows with its graph', () => {
  test.each([
    ['chain', chain],
    ['fan', fan],
  ])('%s', (_what, make) => {
    const work = (size: number) => {
      const { graph, visits } = counted(make(size))
      expect(runThrough(graph).status).toBe('completed')
      return visits()
    }
    expect(work(4_000) / work(2_000)).toBeLessThanOrEqual(2.2)
  })

  test('states are looked at as seldom', () => {
    const work = (size: number) => {
      const graph = chain(size)
      let reads = 0
      const state = createRunState(graph, ORIGIN_OF_N0)
      const steps = new Proxy(state.steps, {
        get: (target, key, receiver) => {
          reads++
          return Reflect.get(target, key, receiver)
        },
      })
      const watched: RunState = Object.assign(state, { steps })
      decide(watched, { kind: 'claimed' }, 1)
      for (let node = 1; node < size; node++) {
        const input = { kind: 'step_completed', path: `n${node}`, attempt: 1, output: 1 } as const
        decide(watched, { ...input, taken: graph.outgoing(node) }, 1)
      }
      expect(watched.status).toBe('completed')
      return reads
    }
    expect(work(4_000) / work(2_000)).toBeLessThanOrEqual(2.2)
  })
})

test('10,000 skips in a row, in one decision, and folded again', () => {
  const graph = chain(10_000)
  const state = createRunState(graph, ORIGIN_OF_N0)
  const { events } = decide(state, { kind: 'claimed', taken: [] }, 1)
  expect(events).toHaveLength(2 + 9_999 + 1)
  expect(state.status).toBe('completed')
  expect(foldEvents(graph, ORIGIN_OF_N0, events, events.length).status).toBe('completed')
})

test('a step with 9,999 edges, all of them taken', () => {
  const size = 10_000
  const pairs: [number, number][] = Array.from({ length: size - 1 }, (_, index) => [0, index + 1])
  const graph = makeGraph(size, pairs)
  const state = createRunState(graph, ORIGIN_OF_N0)
  const taken = graph.outgoing(0)
  let looks = 0
  const watched = new Proxy([...taken], {
    get: (target, key, receiver) => {
      looks++
      return Reflect.get(target, key, receiver)
    },
  })
  applyEvent(state, { type: 'run_started', trigger: 'n0', seq: 1, at: 1 })
  applyEvent(state, { type: 'step_succeeded', path: 'n0', attempt: 1, taken: watched, seq: 2, at: 1 })
  expect(state.ready).toHaveLength(size - 1)
  expect(looks).toBeLessThan(4 * size)
})

/** n0 ─▶ n1[ x ─▶ y ], of so many items, eight at a time */
function runMap(items: number): number {
  const step = (id: string) => ({ id, type: 'test.step' })
  const body = { nodes: [step('x'), step('y')], edges: [{ from: 'x', to: 'y' }] }
  const nodes = [
    { id: 'n0', type: 'trigger.manual' },
    { id: 'n1', type: 'test.map', body },
  ]
  const whole = definition.parse({
    format: 'millrace/v1',
    name: 'x',
    nodes,
    edges: [{ from: 'n0', to: 'n1' }],
  })
  const { graph, visits } = counted(buildGraph(whole, catalogue))
  const state = createRunState(graph, ORIGIN_OF_N0)
  const todo = [...decide(state, { kind: 'claimed' }, 1).commands]
  const send = (input: RunInput) => todo.push(...decide(state, input, 1).commands)
  for (let command = todo.shift(); command !== undefined; command = todo.shift()) {
    if (!('node' in command)) continue
    const { path, attempt, node } = command
    const wait = {
      kind: 'items',
      count: items,
      concurrency: 8,
      onItemError: 'fail',
      record: 'steps',
    } as const
    if (command.kind === 'execute_step' && path === 'n1') send({ kind: 'step_waits', path, attempt, wait })
    else if (command.kind === 'settle_page')
      send({ kind: 'page_done', path, attempt, page: command.page, completed: 1_000, failed: 0, output: [] })
    else send({ kind: 'step_completed', path, attempt, output: 1, taken: graph.outgoing(node) })
    // What is kept does not grow with the items that have ended (I10, D20).
    expect(state.ready.length + (state.steps[1]?.inside?.results.size ?? 0)).toBeLessThan(5_000)
  }
  expect(state.status).toBe('completed')
  return visits()
}

test('the work of a map grows with its items, its memory does not', () => {
  expect(runMap(6_000) / runMap(3_000)).toBeLessThanOrEqual(2.2)
}, 60_000)
