import type { RunState, StepState } from '@millrace/engine'
import type { RootFailure } from '../explain/root-failure.js'
import { groupSkippedSteps } from '../explain/skipped-steps.js'

/** A line of the list of steps: a step, or the steps that another one kept from running. */
export type StepRow =
  | { readonly kind: 'step'; readonly step: StepState; readonly isNested: boolean }
  | {
      readonly kind: 'group'
      /** The path of the step they hang on; empty for those of triggers that did not fire. */
      readonly cause: string
      readonly reason: 'skipped' | 'never_ran'
      readonly count: number
      readonly isOpen: boolean
    }

/**
 * All steps in the order of the graph, with those that never ran gathered under the step that is to blame, so that a
 * failed run shows what matters first.
 */
export function stepRows(
  state: RunState,
  root: RootFailure | undefined,
  openGroups: ReadonlySet<string>,
): StepRow[] {
  const groups = new Map(groupSkippedSteps(state).map(({ cause, steps }) => [cause?.path ?? '', steps]))
  const neverRan = root?.neverRan.filter(({ status }) => status === 'pending') ?? []
  const hidden = new Set([...[...groups.values()].flat(), ...neverRan])
  const rows: StepRow[] = []
  const addGroup = (cause: string, reason: 'skipped' | 'never_ran', steps: readonly StepState[] = []) => {
    if (steps.length === 0) return
    const isOpen = openGroups.has(cause)
    rows.push({ kind: 'group', cause, reason, count: steps.length, isOpen })
    if (isOpen) for (const step of steps) rows.push({ kind: 'step', step, isNested: true })
  }
  for (const node of state.graph.order) {
    const step = state.steps[node]!
    // A trigger that did not fire is no step of this run.
    if (hidden.has(step) || (state.graph.isTrigger(node) && node !== state.trigger)) continue
    rows.push({ kind: 'step', step, isNested: false })
    addGroup(step.path, 'skipped', groups.get(step.path))
    if (step === root?.top) addGroup(step.path, 'never_ran', neverRan)
  }
  addGroup('', 'skipped', groups.get(''))
  return rows
}
