import type { Json, PayloadRef, StepError, StepStatus, Wait } from '@millrace/contracts'
import { containerDeadline, runDeadline } from './deadlines.js'
import { openSteps, stepAt } from './scope.js'
import type { RunState, Scope, StepState } from './state.js'

/** A step as lists show it. */
export interface StepView {
  readonly path: string
  readonly nodeId: string
  readonly type: string
  readonly status: StepStatus
  readonly attempt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly error: StepError | null
  readonly wait: Wait | null
  readonly output: Json | undefined
  readonly outputRef: PayloadRef | undefined
}

/** A time at which a waiting run must be looked at again. Milliseconds since the epoch, database time. */
export interface PendingTimer {
  readonly path: string
  readonly kind: 'retry' | 'delay' | 'step_timeout' | 'run_timeout'
  readonly attempt: number
  readonly dueAt: number
}

export function stepView(state: RunState, path: string): StepView | undefined {
  const step = stepAt(state, path)
  return step === undefined ? undefined : toView(state, step)
}

/** All steps of the run in topological order, each container before what is under way inside of it. */
export const stepTable = (state: RunState): StepView[] =>
  state.graph.order.flatMap((node) => tableOf(state, state.steps[node]!))

const tableOf = (state: RunState, step: StepState): StepView[] => [
  ...(isKnown(step) ? [toView(state, step)] : []),
  ...[...(step.inside?.scopes.values() ?? [])].flatMap((scope: Scope) =>
    scope.steps.flatMap((inner) => tableOf(state, inner)),
  ),
]

/** Of an item that is over and open again nothing is known but what runs in it now. */
const isKnown = ({ status, scope }: StepState): boolean =>
  status !== 'pending' || scope.container?.inside?.kind !== 'past'

/** What a parked run waits for by the clock: these become timer rows (D5). */
export function pendingTimers(state: RunState): PendingTimer[] {
  const timers: PendingTimer[] = []
  // A paused run waits for a person; its timers start again when it is resumed.
  if (state.status === 'paused') return timers
  for (const step of openSteps(state)) {
    const { path, attempt, retryAt, wait } = step
    const timeout = containerDeadline(state, step)
    if (timeout !== undefined) timers.push({ path, kind: 'step_timeout', attempt, dueAt: timeout })
    if (retryAt !== null) timers.push({ path, kind: 'retry', attempt, dueAt: retryAt })
    else if (wait?.kind === 'timer') timers.push({ path, kind: 'delay', attempt, dueAt: wait.dueAt })
  }
  const deadline = runDeadline(state)
  if (deadline !== undefined) timers.push({ path: '', kind: 'run_timeout', attempt: 0, dueAt: deadline })
  return timers
}

/** Steps whose attempt was running when the events end: after a claim, those that a lost worker left behind. */
export const runningSteps = (state: RunState): { path: string; node: number; attempt: number }[] =>
  openSteps(state)
    .filter(({ status }) => status === 'running')
    .map(({ path, node, attempt }) => ({ path, node, attempt }))

/** By path: runs that steps have called and wait for. */
export const calledRuns = (state: RunState): Map<string, string> =>
  new Map(
    openSteps(state).flatMap(({ path, wait }) =>
      wait?.kind === 'child' ? [[path, wait.runId] as const] : [],
    ),
  )

export function toView(state: Pick<RunState, 'graph'>, step: StepState): StepView {
  const { path, status, attempt, startedAt, finishedAt, error, wait, output, outputRef, node } = step
  const { id, type } = state.graph.nodes[node]!
  return { path, nodeId: id, type, status, attempt, startedAt, finishedAt, error, wait, output, outputRef }
}
