import type { Json, PayloadRef, RunEvent } from '@millrace/contracts'
import { goOnBack, noteCompletion, noteUndoFailure, turnBack } from './compensation.js'
import { endScope, openContainer, settlePage } from './container.js'
import { lastSteps } from './last-steps.js'
import { isStopped, stepAt, stepIn } from './scope.js'
import type { RunState, Scope, StepState } from './state.js'
import { nextRunStatus, nextStepStatus, type RunLevelEvent, type StepEvent } from './transitions.js'

/**
 * The only code that changes a run's state. Deciding goes through here as well, so a fold of the events is the
 * state that emitted them. Throws Error on a gap in `seq` (I4) and on an event that does not fit.
 */
export function applyEvent(state: RunState, event: RunEvent): void {
  if (event.seq !== state.lastSeq + 1)
    throw new Error(`event ${event.seq} after ${state.lastSeq}: seq must be dense`)
  if ('path' in event) applyToStep(state, stepOf(state, event.path), event)
  else applyToRun(state, event)
  state.lastSeq = event.seq
}

function applyToRun(state: RunState, event: RunLevelEvent): void {
  state.status = nextRunStatus(state.status, event)
  switch (event.type) {
    case 'run_started':
      state.startedAt = event.at
      return
    case 'run_paused':
      state.pausedAt = event.at
      return
    case 'run_resumed':
      state.pausedMs += event.at - (state.pausedAt ?? event.at)
      state.pausedAt = null
      return
    case 'run_compensating':
      return turnBack(state, event)
    case 'run_finished':
      state.finishedAt = event.at
      state.error = event.error ?? null
      if (event.status === 'completed') state.output = event.output ?? outputOf(state)
  }
}

function applyToStep(state: RunState, step: StepState, event: StepEvent): void {
  const status = nextStepStatus(step.status, event)
  if (event.type === 'step_log') {
    step.logLines++
    return
  }
  if (event.type === 'step_progressed') return settlePage(state, step, event)
  changeStatus(step, status)
  step.attempt = event.attempt
  step.wait = null
  step.retryAt = null
  switch (event.type) {
    case 'step_started':
      step.startedAt ??= event.at
      return skipStale(state)
    case 'step_retrying':
      step.error = event.error
      step.retryAt = event.dueAt
      step.refusedSince = isRefusal(event) ? (step.refusedSince ?? event.at - state.pausedMs) : null
      if (event.counted) step.failures++
      return
    case 'step_waiting':
      step.wait = event.wait
      return openContainer(state, step, event)
    case 'step_succeeded':
      if (step.scope.container !== null || step.node !== state.trigger) step.output = event.output
      step.outputRef = event.outputRef
      step.error = event.error ?? null
      step.startedAt ??= event.at
      noteCompletion(state, step, event)
      return resolve(state, step, event.at, event.taken)
    case 'step_failed':
      step.error = event.error
      if (!event.handled && !noteUndoFailure(state, step, event.error)) step.scope.error ??= event.error
      return resolve(state, step, event.at, event.taken)
    case 'step_skipped':
    case 'step_cancelled':
      return resolve(state, step, event.at, [])
  }
}

/** A try that the circuit of its upstream did not let out. */
const isRefusal = ({ counted, error }: Extract<StepEvent, { type: 'step_retrying' }>): boolean =>
  !counted && error.code === 'CIRCUIT_OPEN'

/** Keeps count of what runs and what is open, in every scope the step is part of. */
export function changeStatus(step: StepState, status: StepState['status']): void {
  const runs = Number(status === 'running') - Number(step.status === 'running')
  step.scope.open += Number(isOpen(status)) - Number(isOpen(step.status))
  step.status = status
  if (runs === 0) return
  for (let scope: Scope | undefined = step.scope; scope !== undefined; scope = scope.container?.scope) {
    scope.running += runs
    if (scope.container?.inside != null) scope.container.inside.running += runs
  }
}

const isOpen = (status: StepState['status']): boolean => status === 'running' || status === 'waiting'

function resolve(state: RunState, step: StepState, at: number, taken: readonly number[]): void {
  step.finishedAt = at
  step.refusedSince = null
  step.inside = null
  if (state.graph.ownerOf(step.node) === undefined) step.scope.unresolved--
  const isTaken = new Set(taken)
  for (const edge of state.graph.outgoing(step.node)) resolveEdge(state, step.scope, edge, isTaken.has(edge))
  // Steps are cancelled where something around them ends: that is no end of an item by itself.
  if (step.status !== 'cancelled' || step.scope.error !== null) endScope(state, step.scope)
  goOnBack(state, step)
  skipStale(state)
}

/** The ready rule (I7): `all` waits for every edge, `any` starts at the first taken one, once. */
function resolveEdge(state: RunState, scope: Scope, edge: number, taken: boolean): void {
  const node = state.graph.target(edge)
  const step = stepIn(scope, node)!
  scope.edges[edge - scope.body.firstEdge] = taken ? 'taken' : 'dead'
  step.pendingEdges--
  if (taken) step.takenEdges++
  if (step.status !== 'pending') return
  const any = state.graph.nodes[node]?.join === 'any'
  if (any && taken && step.takenEdges === 1) {
    step.begunBy = edge
    state.ready.push(step)
  } else if (step.pendingEdges === 0 && step.takenEdges === 0) state.dead.push(step)
  else if (!any && step.pendingEdges === 0) state.ready.push(step)
}

/** Moves the heads past steps that will not start any more, so that a queue's front is always true. */
export function skipStale(state: RunState): void {
  while (isStale(state.ready[state.readyHead])) state.readyHead++
  while (isStale(state.dead[state.deadHead])) state.deadHead++
  if (forgetPast(state.ready, state.readyHead)) state.readyHead = 0
  if (forgetPast(state.dead, state.deadHead)) state.deadHead = 0
}

/** The run's own steps stay in line when it fails: it ends as a whole. */
const isStale = (step: StepState | undefined): boolean =>
  step !== undefined &&
  (step.status !== 'pending' || (step.scope.container !== null && isStopped(step.scope)))

/** Queues of long runs are cut now and then, each time by half at least: linear in all (I10). */
function forgetPast(queue: StepState[], head: number): boolean {
  if (head < FORGET_FROM || head * 2 < queue.length) return false
  queue.splice(0, head)
  return true
}
const FORGET_FROM = 1_024

/** One completed sink: its output. Several: an object by node id. Outputs held by reference are left out. */
function outputOf(state: RunState): Json | null {
  const sinks = sinksOf(state)
  if (sinks.length === 1) return sinks[0]?.output ?? null
  const outputs = sinks
    .filter((step) => step.output !== undefined)
    .map((step) => [step.path, step.output as Json] as const)
  return outputs.length === 0 ? null : Object.fromEntries(outputs)
}

/** A run that undoes another one gives what the steps that undo have given. */
const sinksOf = ({ graph, body, steps, compensation }: RunState): StepState[] =>
  compensation === null
    ? lastSteps(graph, body, (node) => steps[node])
    : body.compensators.map((node) => steps[node]!).filter(({ status }) => status === 'completed')

/** Where the run's output stands when it is one large one that an expression could read. */
export function outputRefOf(state: RunState): PayloadRef | undefined {
  const [sink, ...others] = sinksOf(state)
  return others.length === 0 && sink?.outputRef?.paged !== true ? sink?.outputRef : undefined
}

function stepOf(state: RunState, path: string): StepState {
  const step = stepAt(state, path)
  if (step === undefined) throw new Error(`the version has no step ${path}`)
  return step
}
