import type { RunEvent, StepError } from '@millrace/contracts'
import { type RunState, type StepState, stepAt } from '@millrace/engine'

/** Why a run failed, and what never ran for it. */
export interface RootFailure {
  readonly error: StepError
  /** The step to blame, inside of a container where it was an item that failed; undefined when the run itself failed. */
  readonly path: string | undefined
  /** The step of the run that it failed with: the outermost container, or the step itself. */
  readonly top: StepState | undefined
  /** Paths of steps that failed later, before the run could end. */
  readonly alsoFailed: readonly string[]
  /** Steps that were cut off while they ran or waited. */
  readonly cancelled: readonly StepState[]
  /** Steps behind the failed one that were never reached. */
  readonly neverRan: readonly StepState[]
}

type Failed = Extract<RunEvent, { type: 'step_failed' }>

/** Undefined for a run that has not failed, nor undoes what it has done because it will. `events` may go further than the state: they are read up to its seq. */
export function findRootFailure(state: RunState, events: readonly RunEvent[]): RootFailure | undefined {
  const final = state.error ?? state.compensation?.error ?? null
  if (final === null) return undefined
  const failures = events.slice(0, state.lastSeq).filter(isUnhandled)
  const [first, ...later] = failures.filter(({ path }) => isOfTheRun(path))
  const culprit =
    failures.find(({ path }) => first !== undefined && path.startsWith(`${first.path}[`)) ?? first
  const top = first === undefined ? undefined : stepAt(state, first.path)
  return {
    error: culprit?.error ?? final,
    path: culprit?.path,
    top,
    alsoFailed: later.map(({ path }) => path),
    cancelled: state.steps.filter(({ status }) => status === 'cancelled'),
    neverRan: top === undefined ? [] : behind(state, top).filter(isUnreached),
  }
}

const isUnhandled = (event: RunEvent): event is Failed => event.type === 'step_failed' && !event.handled

/** A failed item that is collected, or not to blame, is no failure of the run. */
const isOfTheRun = (path: string): boolean => !path.includes('.')

const isUnreached = ({ status }: StepState): boolean => status === 'pending' || status === 'skipped'

/** Every step that a way leads to from this one, in the order of the graph. */
function behind({ graph, steps }: RunState, { node }: StepState): StepState[] {
  const reached = new Set([node])
  for (const from of graph.order) {
    if (!reached.has(from)) continue
    for (const edge of graph.outgoing(from)) reached.add(graph.target(edge))
  }
  reached.delete(node)
  return graph.order.filter((index) => reached.has(index)).map((index) => steps[index]!)
}
