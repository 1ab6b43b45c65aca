import type { ContainerSnapshot, RunSnapshot, ScopeSnapshot, StepSnapshot } from '@millrace/contracts'
import { stepAt } from './scope.js'
import type { Compensation, Container, EdgeState, RunState, Scope, StepState } from './state.js'

const LETTERS: Record<EdgeState, string> = { pending: 'p', taken: 't', dead: 'd' }

/**
 * The state as plain data, to be restored by `restoreRun` (D20). Two states of one run that will do the same have the
 * same snapshot. Costs as much as the state is large; values are shared with it.
 */
export const snapshotOf = (state: RunState): RunSnapshot => ({
  format: 2,
  seq: state.lastSeq,
  status: state.status,
  startedAt: state.startedAt,
  pausedAt: state.pausedAt,
  pausedMs: state.pausedMs,
  ready: inLine(state, state.ready.slice(state.readyHead)),
  dead: inLine(state, state.dead.slice(state.deadHead)),
  undoable: state.undoable.map(pathOf),
  undoableInside: state.undoableInside,
  compensation: state.compensation === null ? null : ofCompensation(state.compensation),
  root: ofScope(state, state),
})

const pathOf = ({ path }: StepState): string => path

/** Copied where it goes on changing. */
const ofCompensation = ({ left, failed, ...rest }: Compensation): RunSnapshot['compensation'] => ({
  ...rest,
  left: [...left],
  failed: [...failed],
})

/** Those that may still start or be skipped. */
const inLine = (state: RunState, queue: readonly StepState[]): string[] =>
  queue.filter((step) => step.status === 'pending' && stepAt(state, step.path) === step).map(pathOf)

const ofScope = (state: RunState, { index, error, edges, steps }: Scope): ScopeSnapshot => ({
  index,
  error,
  edges: edges.map((edge) => LETTERS[edge]).join(''),
  steps: steps
    .filter(({ status, inside, begunBy }) => status !== 'pending' || inside !== null || begunBy !== null)
    .map((step) => ofStep(state, step)),
})

function ofStep(state: RunState, step: StepState): StepSnapshot {
  const { node, status, attempt, failures, output, outputRef, error, wait, scope, inside } = step
  const { retryAt, refusedSince, startedAt, finishedAt, logLines } = step
  // The output of the fired trigger stands in the run's row.
  const isTrigger = scope.container === null && node === state.trigger
  return {
    ...{ node, status, attempt, failures, error, wait, retryAt, startedAt, finishedAt, logLines },
    output: isTrigger ? undefined : output,
    outputRef,
    refusedSince: refusedSince ?? undefined,
    begunBy: step.begunBy ?? undefined,
    inside: inside === null ? null : ofContainer(state, inside),
  }
}

function ofContainer(state: RunState, inside: Container): ContainerSnapshot {
  const { kind, count, concurrency, collects, record, items, itemsKey, begunAt, begun, ended, error } = inside
  return {
    ...{ kind, concurrency, collects, record, items, itemsKey, begunAt, begun, ended, error },
    count: kind === 'map' ? count : undefined,
    scopes: [...inside.scopes.values()].map((scope) => ofScope(state, scope)),
    results: [...inside.results],
    pages: [...inside.pages],
  }
}
