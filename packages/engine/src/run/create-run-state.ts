import type { Graph } from '../graph/graph.js'
import { fillScope } from './scope.js'
import type { RunOrigin, RunState } from './state.js'

const NONE: ReadonlySet<string> = new Set()

/** A run before its first event. Throws Error when the graph has no such trigger. */
export function createRunState(graph: Graph, origin: RunOrigin): RunState {
  const trigger = graph.indexOf(origin.trigger)
  if (trigger === undefined) throw new Error(`the version has no node ${origin.trigger}`)
  // Written out: spreading a scope into it cost more than all else here, and each item of a pure map needs one.
  const state: RunState = {
    body: graph.root,
    container: null,
    index: 0,
    prefix: '',
    steps: [],
    edges: [],
    running: 0,
    open: 0,
    unresolved: graph.root.nodeCount - graph.root.compensators.length,
    error: null,
    graph,
    trigger,
    seeded: origin.seeded ?? NONE,
    status: 'pending',
    lastSeq: 0,
    startedAt: null,
    finishedAt: null,
    pausedAt: null,
    pausedMs: 0,
    output: null,
    ready: [],
    readyHead: 0,
    dead: [],
    deadHead: 0,
    undoable: [],
    undoableInside: false,
    compensation: null,
    undo: origin.undo,
    places: Number.POSITIVE_INFINITY,
  }
  fillScope(state, graph)
  state.steps[trigger]!.output = origin.input
  // Triggers that did not fire, and what only hangs in the air, can never be reached.
  for (const node of graph.root.entries) if (node !== trigger) state.dead.push(state.steps[node]!)
  return state
}
