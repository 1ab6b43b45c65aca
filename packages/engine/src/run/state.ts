import type { Json, PayloadRef, RunStatus, StepError, StepStatus, Wait } from '@millrace/contracts'
import type { Graph } from '../graph/graph.js'

/**
 * What the events of a run add up to. Owned by the caller and advanced in place by `applyEvent` alone: copying it at
 * every decision would make a run of n steps cost n².
 */
export interface RunState {
  readonly graph: Graph
  /** Index of the fired trigger. */
  readonly trigger: number
  /** Paths whose outcome is given: once ready, they end with it instead of being executed. */
  readonly seeded: ReadonlySet<string>
  status: RunStatus
  lastSeq: number
  startedAt: number | null
  finishedAt: number | null
  /** When the pause began; null unless the run is paused. */
  pausedAt: number | null
  /** Time spent in earlier pauses: the run timeout leaves it out. */
  pausedMs: number
  /** Set by the first failure that nobody handles; the run then only waits for its running steps to end. */
  error: StepError | null
  output: Json | null
  /** By node index. */
  readonly steps: StepState[]
  /** By edge index. */
  readonly edges: EdgeState[]
  /** Steps that may start, in the order they became ready; those before `readyHead` have started. */
  readonly ready: number[]
  readyHead: number
  /** Steps all of whose edges are dead, and so will be skipped. */
  readonly dead: number[]
  deadHead: number
  running: number
  /** Steps without a final status. */
  unresolved: number
  /** Set by an owner that starts nothing more (D12). Its own affair, and so in no event. */
  held: boolean
}

export type EdgeState = 'pending' | 'taken' | 'dead'

export interface StepState {
  readonly node: number
  readonly path: string
  status: StepStatus
  attempt: number
  /** Tries that counted against `maxAttempts`. */
  failures: number
  /** Incoming edges that are neither taken nor dead yet. */
  pendingEdges: number
  takenEdges: number
  output: Json | undefined
  outputRef: PayloadRef | undefined
  error: StepError | null
  wait: Wait | null
  /** When the next try is due; null unless the step waits for one. */
  retryAt: number | null
  startedAt: number | null
  finishedAt: number | null
  logLines: number
}

export interface RunOrigin {
  /** Id of the trigger node that fired. */
  readonly trigger: string
  /** Its output. */
  readonly input: Json
  /** Paths whose outcome is given. Deciding needs them, folding does not. */
  readonly seeded?: ReadonlySet<string>
}

const NONE: ReadonlySet<string> = new Set()

/** A run before its first event. Throws Error when the graph has no such trigger. */
export function createRunState(graph: Graph, origin: RunOrigin): RunState {
  const trigger = graph.indexOf(origin.trigger)
  if (trigger === undefined) throw new Error(`the version has no node ${origin.trigger}`)
  const steps = graph.nodes.map((node, index) => createStep(node.id, index, graph.incoming(index).length))
  steps[trigger]!.output = origin.input
  return {
    graph,
    trigger,
    seeded: origin.seeded ?? NONE,
    status: 'pending',
    lastSeq: 0,
    startedAt: null,
    finishedAt: null,
    pausedAt: null,
    pausedMs: 0,
    error: null,
    output: null,
    steps,
    edges: graph.edges.map(() => 'pending'),
    ready: [],
    readyHead: 0,
    // Triggers that did not fire, and what only hangs in the air, can never be reached.
    dead: steps.filter((step) => step.pendingEdges === 0 && step.node !== trigger).map((step) => step.node),
    deadHead: 0,
    running: 0,
    unresolved: steps.length,
    held: false,
  }
}

const createStep = (path: string, node: number, pendingEdges: number): StepState => ({
  node,
  path,
  status: 'pending',
  attempt: 0,
  failures: 0,
  pendingEdges,
  takenEdges: 0,
  output: undefined,
  outputRef: undefined,
  error: null,
  wait: null,
  retryAt: null,
  startedAt: null,
  finishedAt: null,
  logLines: 0,
})

/** The same moment once more, to be advanced apart from the first. Values that no event changes are shared. */
export const copyRunState = (state: RunState): RunState => ({
  ...state,
  steps: state.steps.map((step) => ({ ...step })),
  edges: [...state.edges],
  ready: [...state.ready],
  dead: [...state.dead],
})

/** The step at a path; undefined when there is none. */
export function stepAt(state: RunState, path: string): StepState | undefined {
  const node = state.graph.indexOf(path)
  return node === undefined ? undefined : state.steps[node]
}

/** When the run times out: counted from its start, waits included, pauses left out. Undefined: never, or not yet known. */
export function runDeadline(state: RunState): number | undefined {
  const { timeoutMs } = state.graph.definition.settings
  if (timeoutMs === undefined || state.startedAt === null || state.status === 'paused') return undefined
  return state.startedAt + timeoutMs + state.pausedMs
}
