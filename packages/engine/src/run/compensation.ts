import type { RunEvent, StepError } from '@millrace/contracts'
import { compensationFailed } from './errors.js'
import { stepAt } from './scope.js'
import type { RunState, StepState } from './state.js'

/**
 * A run that goes back: nothing of its flow is under way any more, and the steps that undo run one after the other,
 * each as any other step does. One that fails does not stop the others.
 */
export interface Compensation {
  /** Why the run fails; null where it is there to undo another one. */
  readonly error: StepError | null
  /** Steps that have not come to their end, the next one last. */
  readonly left: StepState[]
  readonly failed: StepState[]
}

/** What a failing run has to undo: paths of the steps that do it, the latest completion first. */
export const pathsToUndo = ({ graph, steps, undoable }: RunState): string[] =>
  undoable.map(({ node }) => steps[graph.compensatorOf(node)!]!.path).reverse()

/**
 * Only what this run has done itself, and done well: an outcome that was taken over belongs to the run that worked it
 * out, and a failure that was taken for an output has nothing to show.
 */
export function noteCompletion(
  state: RunState,
  step: StepState,
  { error, reused }: Extract<RunEvent, { type: 'step_succeeded' }>,
): void {
  const canBeUndone = step.scope === state && state.graph.compensatorOf(step.node) !== undefined
  if (canBeUndone && error === undefined && reused === undefined) state.undoable.push(step)
}

/** From here on only the steps at these paths run: whatever else was in line stays where it is. */
export function turnBack(
  state: RunState,
  { paths, error }: Extract<RunEvent, { type: 'run_compensating' }>,
): void {
  const left = paths.map((path) => {
    const step = stepAt(state, path)
    if (step === undefined) throw new Error(`the version has no step ${path}`)
    return step
  })
  state.compensation = { error: error ?? null, left: left.reverse(), failed: [] }
  // The failure is known, and nothing is stopped by it any more.
  state.error = null
  state.ready.length = state.readyHead = 0
  state.dead.length = state.deadHead = 0
  beginNext(state)
}

/** Called when a step has come to its end. */
export function goOnBack(state: RunState, step: StepState): void {
  const left = state.compensation?.left
  if (left?.at(-1) !== step) return
  left.pop()
  beginNext(state)
}

function beginNext({ compensation, ready }: RunState): void {
  const next = compensation?.left.at(-1)
  if (next !== undefined) ready.push(next)
}

/** What the run ends with once all is tried; undefined when it did what it was there for. */
export function errorOf({ error, failed }: Compensation): StepError | undefined {
  return failed.length === 0 ? (error ?? undefined) : compensationFailed(failed, error)
}
