import type { RunEvent, StepError } from '@millrace/contracts'
import { type RunState, type StepState, stepAt } from '@millrace/engine'

/** Why a run failed, and what never ran for it. */
export interface RootFailure {
  readonly error: StepError
  /** The step that failed first with nobody to handle it; undefined when the run itself failed (a timeout, say). */
  readonly step: StepState | undefined
  /** The event that says so. */
  readonly seq: number
  /** Steps that failed later, before the run could end. */
  readonly alsoFailed: readonly StepState[]
  /** Steps that were cut off while they ran or waited. */
  readonly cancelled: readonly StepState[]
  /** Steps behind the failed one that were never reached. */
  readonly neverRan: readonly StepState[]
}

/** Undefined for a run that has not failed. `events` may go further than the state: they are read up to its seq. */
export function findRootFailure(state: RunState, events: readonly RunEvent[]): RootFailure | undefined {
  if (state.error === null) return undefined
  const unhandled = events
    .slice(0, state.lastSeq)
    .filter((event) => event.type === 'step_failed' && !event.handled)
  const [first, ...later] = unhandled
  const step = stepOf(state, first)
  return {
    error: state.error,
    step,
    seq: first?.seq ?? state.lastSeq,
    alsoFailed: later.map((event) => stepOf(state, event)).filter((other) => other !== undefined),
    cancelled: state.steps.filter(({ status }) => status === 'cancelled'),
    neverRan: step === undefined ? [] : behind(state, step).filter(isUnreached),
  }
}

const stepOf = (state: RunState, event: RunEvent | undefined): StepState | undefined =>
  event !== undefined && 'path' in event ? stepAt(state, event.path) : undefined

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
