import type { RunEvent, StepError } from '@millrace/contracts'
import type { Graph } from '../graph/graph.js'
import { closePast, reopen } from './container.js'
import { compensationFailed } from './errors.js'
import { prefixOf, stepAt } from './scope.js'
import type { Compensation, RunState, StepState, ToUndo } from './state.js'

/** Failed steps that a run keeps, and its error names. */
const MAX_FAILED = 100

/** The path of the step that undoes the one at `path`, which may be one of an item; undefined where none does. */
export function pathThatUndoes(graph: Graph, path: string): string | undefined {
  const node = graph.nodeAt(path)
  const compensator = node === undefined ? undefined : graph.compensatorOf(node)
  return compensator === undefined ? undefined : prefixOf(path) + graph.nodes[compensator]!.id
}

/** What a failing run has to undo, the latest completion first; undefined: nothing. */
export function toUndo({ graph, undoable, undoableInside, lastSeq }: RunState): ToUndo | undefined {
  if (undoableInside) return { before: lastSeq + 1 }
  if (undoable.length === 0) return undefined
  return undoable.map(({ path }) => pathThatUndoes(graph, path)!).reverse()
}

/**
 * Only what this run has done itself, and done well: an outcome that was taken over belongs to the run that worked it
 * out, and a failure that was taken for an output has nothing to show. Of items only that there is something.
 */
export function noteCompletion(
  state: RunState,
  step: StepState,
  { error, reused }: Extract<RunEvent, { type: 'step_succeeded' }>,
): void {
  if (state.graph.compensatorOf(step.node) === undefined) return
  if (error !== undefined || reused !== undefined) return
  if (step.scope === state) state.undoable.push(step)
  else state.undoableInside = true
}

/** From here on only the steps at these paths run, and those of the next such event: whatever else was in line is not. */
export function turnBack(
  state: RunState,
  { paths, error, before }: Extract<RunEvent, { type: 'run_compensating' }>,
): void {
  state.compensation ??= { error: error ?? null, left: [], before: null, failed: [], failures: 0 }
  for (const path of paths.toReversed()) state.compensation.left.push(path)
  state.compensation.before = before ?? null
  // The failure is known, and nothing is stopped by it any more.
  state.error = null
  state.ready.length = state.readyHead = 0
  state.dead.length = state.deadHead = 0
  beginNext(state)
}

/** A step that undoes ends nothing when it fails: the run is failing already. False for any other step. */
export function noteUndoFailure({ compensation }: RunState, { path }: StepState, error: StepError): boolean {
  if (compensation?.left.at(-1) !== path) return false
  compensation.failures++
  if (compensation.failed.length < MAX_FAILED) compensation.failed.push({ path, error })
  return true
}

/** Called when a step has come to its end. */
export function goOnBack(state: RunState, step: StepState): void {
  const left = state.compensation?.left
  if (left?.at(-1) !== step.path) return
  left.pop()
  closePast(step)
  beginNext(state)
}

function beginNext(state: RunState): void {
  const next = state.compensation?.left.at(-1)
  if (next !== undefined) state.ready.push(stepAt(state, next) ?? reopen(state, next))
}

/** What the run ends with once all is tried; undefined when it did what it was there for. */
export function errorOf({ error, failed, failures }: Compensation): StepError | undefined {
  return failures === 0 ? (error ?? undefined) : compensationFailed(failed, failures, error)
}
