import type { Json, RunEvent } from '@millrace/contracts'
import { type RunState, type StepState, stepAt } from './state.js'
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
    case 'run_finished':
      state.finishedAt = event.at
      state.error = event.error ?? null
      if (event.status === 'completed') state.output = outputOf(state)
  }
}

function applyToStep(state: RunState, step: StepState, event: StepEvent): void {
  const status = nextStepStatus(step.status, event)
  if (event.type === 'step_log') {
    step.logLines++
    return
  }
  if (step.status === 'running') state.running--
  step.status = status
  step.attempt = event.attempt
  step.wait = null
  step.retryAt = null
  switch (event.type) {
    case 'step_started':
      step.startedAt ??= event.at
      state.running++
      return skipStale(state)
    case 'step_retrying':
      step.error = event.error
      step.retryAt = event.dueAt
      if (event.counted) step.failures++
      return
    case 'step_waiting':
      step.wait = event.wait
      return
    case 'step_succeeded':
      if (step.node !== state.trigger) step.output = event.output
      step.outputRef = event.outputRef
      step.error = event.error ?? null
      step.startedAt ??= event.at
      return resolve(state, step, event.at, event.taken)
    case 'step_failed':
      step.error = event.error
      if (!event.handled) state.error ??= event.error
      return resolve(state, step, event.at, event.taken)
    case 'step_skipped':
    case 'step_cancelled':
      return resolve(state, step, event.at, [])
  }
}

function resolve(state: RunState, step: StepState, at: number, taken: readonly number[]): void {
  step.finishedAt = at
  state.unresolved--
  const isTaken = new Set(taken)
  for (const edge of state.graph.outgoing(step.node)) resolveEdge(state, edge, isTaken.has(edge))
  skipStale(state)
}

/** The ready rule (I7): `all` waits for every edge, `any` starts at the first taken one, once. */
function resolveEdge(state: RunState, edge: number, taken: boolean): void {
  const node = state.graph.target(edge)
  const step = state.steps[node]!
  state.edges[edge] = taken ? 'taken' : 'dead'
  step.pendingEdges--
  if (taken) step.takenEdges++
  if (step.status !== 'pending') return
  const any = state.graph.nodes[node]?.join === 'any'
  if (any && taken && step.takenEdges === 1) state.ready.push(node)
  else if (step.pendingEdges === 0 && step.takenEdges === 0) state.dead.push(node)
  else if (!any && step.pendingEdges === 0) state.ready.push(node)
}

/** Moves the heads past steps that are no longer pending, so that a queue's front is always true. */
function skipStale(state: RunState): void {
  while (
    state.readyHead < state.ready.length &&
    state.steps[state.ready[state.readyHead]!]?.status !== 'pending'
  ) {
    state.readyHead++
  }
  while (
    state.deadHead < state.dead.length &&
    state.steps[state.dead[state.deadHead]!]?.status !== 'pending'
  ) {
    state.deadHead++
  }
}

/** One completed sink: its output. Several: an object by node id. Outputs held by reference are left out. */
function outputOf(state: RunState): Json | null {
  const sinks = state.steps.filter(
    (step) => step.status === 'completed' && state.graph.outgoing(step.node).length === 0,
  )
  if (sinks.length === 1) return sinks[0]?.output ?? null
  const outputs = sinks
    .filter((step) => step.output !== undefined)
    .map((step) => [step.path, step.output as Json] as const)
  return outputs.length === 0 ? null : Object.fromEntries(outputs)
}

function stepOf(state: RunState, path: string): StepState {
  const step = stepAt(state, path)
  if (step === undefined) throw new Error(`the version has no step ${path}`)
  return step
}
