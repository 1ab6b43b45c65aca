import type { Json, PayloadRef, RunStatus, StepError, StepStatus, Wait } from '@millrace/contracts'
import type { Graph } from '../graph/graph.js'
import type { Compensation } from './compensation.js'
import type { Container } from './container.js'
import { fillScope, type Scope } from './scope.js'

/**
 * What the events of a run add up to. Owned by the caller and advanced in place by `applyEvent` alone: copying it at
 * every decision would make a run of n steps cost n². It is the outermost scope: its `error` is the first failure
 * that nobody handles, after which the run only waits for its running steps to end.
 */
export interface RunState extends Scope {
  readonly graph: Graph
  /** Index of the fired trigger. */
  readonly trigger: number
  /** Paths of steps whose outcome is given: they are never executed. No event says so, it is how the run began. */
  readonly seeded: ReadonlySet<string>
  status: RunStatus
  lastSeq: number
  startedAt: number | null
  finishedAt: number | null
  /** When the pause began; null unless the run is paused. */
  pausedAt: number | null
  /** Time spent in earlier pauses: the run timeout leaves it out. */
  pausedMs: number
  output: Json | null
  /** Steps that may start, in the order they became ready; those before `readyHead` have started. */
  readonly ready: StepState[]
  readyHead: number
  /** Completed steps of the run's own that can be undone, in the order of their completion. */
  readonly undoable: StepState[]
  /** Steps inside of containers that can be undone have completed: which ones, the events say (D20). */
  undoableInside: boolean
  /** Null until the run goes back. */
  compensation: Compensation | null
  /** What the run is there to undo, where it undoes another one. As `seeded`, in no event. */
  readonly undo: ToUndo | undefined
  /** Steps all of whose edges are dead, and so will be skipped. */
  readonly dead: StepState[]
  deadHead: number
  /**
   * How many steps the run's owner lets run at once: one after a crash (D13), none in a drain (D12). Its own affair,
   * and so in no event.
   */
  places: number
}

export interface StepState {
  readonly node: number
  readonly path: string
  /** Where it runs: the run itself, or one item or iteration of a container. */
  readonly scope: Scope
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
  /** Of a container that waits for its items or iterations; null for any other step. */
  inside: Container | null
}

/** Paths of the steps that undo, in their order; or all that undo what completed before this event of a run. */
export type ToUndo = readonly string[] | { readonly before: number }

export interface RunOrigin {
  /** Id of the trigger node that fired. */
  readonly trigger: string
  /** Its output. */
  readonly input: Json
  /** Paths whose outcome is given. Deciding needs them, folding does not. */
  readonly seeded?: ReadonlySet<string>
  /** Of a run that undoes another one. Deciding needs it, folding does not. */
  readonly undo?: ToUndo | undefined
}

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

/**
 * When the run times out: counted from its start, waits included, pauses left out. Undefined: never, or not yet known.
 * The timeout is for going forward; going back takes the time it takes.
 */
export function runDeadline(state: RunState): number | undefined {
  const { timeoutMs } = state.graph.definition.settings
  if (timeoutMs === undefined || state.startedAt === null || state.status === 'paused') return undefined
  if (state.compensation !== null || state.undo !== undefined) return undefined
  return state.startedAt + timeoutMs + state.pausedMs
}
