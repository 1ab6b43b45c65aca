import type { Json, PayloadRef, RunStatus, StepError, StepStatus, Wait } from '@millrace/contracts'
import type { Body } from '../graph/bodies.js'
import type { Graph } from '../graph/graph.js'

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
  /** Of a step with `join: 'any'`: the edge that was taken first, and so began it; null until then, and for any other. */
  begunBy: number | null
  output: Json | undefined
  outputRef: PayloadRef | undefined
  error: StepError | null
  wait: Wait | null
  /** When the next try is due; null unless the step waits for one. */
  retryAt: number | null
  /**
   * Since when the circuit of its upstream has refused its tries, one after the other: milliseconds of a clock that stands
   * still while the run is paused. Null unless the last one was refused.
   */
  refusedSince: number | null
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

export type EdgeState = 'pending' | 'taken' | 'dead'

/** One pass through a body: the run itself, an item of a map, an iteration of a repeat. */
export interface Scope {
  readonly body: Body
  /** The step that holds it; null for the run. */
  readonly container: StepState | null
  /** Which item or iteration; 0 for the run. */
  readonly index: number
  /** What the paths of its steps begin with, such as `each[3].`; empty for the run. */
  readonly prefix: string
  /** By node index, less the body's first. */
  readonly steps: StepState[]
  /** By edge index, less the body's first. */
  readonly edges: EdgeState[]
  /** Running steps, those inside of its containers included. */
  running: number
  /** Its own steps that run or wait. */
  open: number
  /** Its own steps without a final status, those that only undo left out. */
  unresolved: number
  /** The first failure in it that nobody handles: nothing more starts in it, and it ends once nothing is open. */
  error: StepError | null
}

/** What a container does while its step waits. */
export interface Container {
  /** `past`: it is over, and one of its items is open again, for a step that undoes one of it. */
  readonly kind: 'map' | 'repeat' | 'past'
  readonly body: Body
  /** Items of a map; unbounded for a repeat. */
  readonly count: number
  readonly concurrency: number
  /** Failed items become results instead of failing the map. */
  readonly collects: boolean
  readonly record: 'steps' | 'pages'
  readonly items: readonly Json[] | undefined
  readonly itemsKey: string | undefined
  /** When it began: milliseconds of a clock that stands still while the run is paused. */
  readonly begunAt: number
  /** Items or iterations that have begun: the next one's index. */
  begun: number
  ended: number
  /** Steps running inside. */
  running: number
  /** Why the container as a whole fails: nothing more begins in it. */
  error: StepError | null
  /** Items under way; of a repeat the latest iteration, ended or not. */
  readonly scopes: Map<number, Scope>
  /** By page: how many of its items have ended. */
  readonly endedInPage: Map<number, number>
  /** Of items that have ended, until their page is settled; of a repeat the latest two. */
  readonly results: Map<number, ItemResult>
  readonly pages: Map<number, SettledPage>
  /** The first page that is not settled. */
  firstOpenPage: number
}

/** What came of an item or iteration: an error, or the outputs of its completed sinks. */
export interface ItemResult {
  readonly error: StepError | null
  readonly sinks: readonly {
    readonly id: string
    readonly output: Json | undefined
    readonly outputRef: PayloadRef | undefined
  }[]
}

export interface SettledPage {
  readonly completed: number
  readonly failed: number
  readonly output: readonly Json[] | undefined
  readonly outputRef: PayloadRef | undefined
}

/**
 * A run that goes back: nothing of its flow is under way any more, and the steps that undo run one after the other,
 * each as any other step does. One that fails does not stop the others.
 *
 * 1. At most one item that is over is open again: the one whose step is being undone (I10).
 * 2. What completed inside of containers is in the events, and nowhere else: it is looked for a page at a time (D20).
 */
export interface Compensation {
  /** Why the run fails; null where it is there to undo another one. */
  readonly error: StepError | null
  /** Paths of steps that have not come to their end, the next one last. */
  readonly left: string[]
  /** What completed before this event is still to be looked through; null: nothing is. */
  before: number | null
  /** The first of those that failed. */
  readonly failed: FailedStep[]
  failures: number
}

export interface FailedStep {
  readonly path: string
  readonly error: StepError
}
