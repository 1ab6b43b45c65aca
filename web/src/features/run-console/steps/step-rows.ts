import { type RunState, type StepState, stepAt } from '@millrace/engine'
import type { ShownStep } from '../document/shown-step.js'
import type { RootFailure } from '../explain/root-failure.js'
import { groupSkippedSteps } from '../explain/skipped-steps.js'
import { type Lane, lanesAt } from '../timeline/timeline.js'

/** What the list shows of a step. */
export type ListedStep = Omit<ShownStep, 'node' | 'output' | 'outputRef' | 'logLines'>

/** A line of the list of steps: a step, or a group of steps that stand under one. */
export type StepRow =
  | { readonly kind: 'step'; readonly step: ListedStep; readonly isNested: boolean }
  | {
      readonly kind: 'group'
      /** The path of the step they hang on; empty for those of triggers that did not fire. */
      readonly cause: string
      readonly reason: 'skipped' | 'never_ran' | 'inside'
      readonly count: number
      readonly isOpen: boolean
    }
  /** Steps inside of a container that the list leaves out until it is asked. */
  | { readonly kind: 'more'; readonly cause: string; readonly count: number }

/** Steps inside of a container that are listed at once: there may be a million. */
export const STEPS_A_PAGE = 200

export interface StepListQuery {
  readonly state: RunState
  readonly root: RootFailure | undefined
  /** The steps that have begun inside of a container, in the order they began. */
  readonly inside: (container: string) => readonly Lane[]
  readonly selected: string | undefined
  /** Groups that are open, by `groupKey`, with how many of their steps are listed. */
  readonly open: ReadonlyMap<string, number>
}

export const groupKey = (cause: string, reason: 'skipped' | 'never_ran' | 'inside'): string =>
  `${reason} ${cause}`

/**
 * All steps in the order of the graph. Those that never ran are gathered under the step that is to blame, so that a
 * failed run shows what matters first; those of items and passes under their container, page by page.
 */
export function stepRows(query: StepListQuery): StepRow[] {
  const { state, root, open } = query
  const groups = new Map(groupSkippedSteps(state).map(({ cause, steps }) => [cause?.path ?? '', steps]))
  const neverRan = root?.neverRan.filter(({ status }) => status === 'pending') ?? []
  const hidden = new Set([...[...groups.values()].flat(), ...neverRan])
  const rows: StepRow[] = []
  const addGroup = (cause: string, reason: 'skipped' | 'never_ran', steps: readonly StepState[] = []) => {
    if (steps.length === 0) return
    const isOpen = open.has(groupKey(cause, reason))
    rows.push({ kind: 'group', cause, reason, count: steps.length, isOpen })
    if (isOpen) for (const step of steps) rows.push({ kind: 'step', step, isNested: true })
  }
  for (const node of state.graph.order) {
    const step = state.steps[node]!
    // A trigger that did not fire is no step of this run.
    if (hidden.has(step) || (state.graph.isTrigger(node) && node !== state.trigger)) continue
    rows.push({ kind: 'step', step, isNested: false })
    rows.push(...insideRows(step.path, query))
    addGroup(step.path, 'skipped', groups.get(step.path))
    if (step === root?.top) addGroup(step.path, 'never_ran', neverRan)
  }
  addGroup('', 'skipped', groups.get(''))
  return rows
}

/** The steps of a container's items or passes. A selected one shows even while they are folded. */
function insideRows(container: string, { state, inside, selected, open }: StepListQuery): StepRow[] {
  const lanes = inside(container)
  const count = lanesAt(lanes, state.lastSeq)
  if (count === 0) return []
  const listed = Math.min(count, open.get(groupKey(container, 'inside')) ?? 0)
  const rows: StepRow[] = [
    { kind: 'group', cause: container, reason: 'inside', count, isOpen: listed > 0 },
    ...lanes.slice(0, listed).map((lane) => nested(lane, state)),
  ]
  const isBelow = selected?.startsWith(`${container}[`) === true
  const chosen = isBelow ? lanes.findIndex(({ path }) => path === selected) : -1
  if (chosen >= listed && chosen < count) rows.push(nested(lanes[chosen]!, state))
  if (listed > 0 && listed < count) rows.push({ kind: 'more', cause: container, count: count - listed })
  return rows
}

const nested = (lane: Lane, state: RunState): StepRow => ({
  kind: 'step',
  step: stepAt(state, lane.path) ?? pastStep(lane, state.lastSeq),
  isNested: true,
})

/** The state lets go of the steps of an item that has ended (I10): what its lane remembers of one. */
function pastStep({ path, segments, end }: Lane, seq: number): ListedStep {
  const isOver = end !== undefined && end.seq <= seq
  const last = segments.at(-1)
  return {
    path,
    status: isOver ? end.status : 'running',
    attempt: last?.attempt ?? 0,
    startedAt: segments.find(({ kind }) => kind !== 'queue')?.from ?? null,
    finishedAt: isOver ? (last?.to ?? null) : null,
    error: null,
    wait: null,
    retryAt: null,
  }
}
