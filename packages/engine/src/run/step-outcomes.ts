import { type Reused, type StepError, stepErrorToJson, type Wait } from '@millrace/contracts'
import { containerDeadline } from './deadlines.js'
import { unrouted } from './errors.js'
import { mayRetry, nextRetryDelay } from './retry.js'
import { isStopped } from './scope.js'
import type { StepState } from './state.js'
import type { Turn } from './turn.js'
import type { RunInput } from './types.js'

/** Lines kept of one step's log; the next one says that further lines are dropped. */
export const MAX_LOG_LINES = 1_000
/** For a try that does not count and does not say how long to wait. Milliseconds. */
const UNCOUNTED_DELAY_MS = 1_000
/** How soon a due try looks again for a free place among the run's parallel steps. Milliseconds. */
const BUSY_DELAY_MS = 100

type Input<K extends RunInput['kind']> = Extract<RunInput, { kind: K }>

/** What an attempt reports, and what follows. Reports of another attempt than the current one change nothing (I2). */
export function completeStep(turn: Turn, input: Input<'step_completed'>): void {
  const { path, attempt, output, outputRef, taken, error, reused } = input
  const step = turn.openStep(path, attempt)
  if (step === undefined || step.retryAt !== null) return
  turn.wake()
  turn.emit({
    type: 'step_succeeded',
    path,
    attempt,
    ...(output === undefined ? {} : { output }),
    ...(outputRef === undefined ? {} : { outputRef }),
    taken: [...taken],
    ...(error === undefined ? {} : { error }),
    ...(reused === undefined ? {} : { reused }),
  })
  turn.advance()
}

export function errStep(turn: Turn, input: Input<'step_errored'>): void {
  const { path, attempt, error, taken, reused } = input
  const step = turn.openStep(path, attempt)
  if (step === undefined || step.retryAt !== null) return
  turn.wake()
  if (isStopped(step.scope)) turn.emit({ type: 'step_cancelled', path, attempt, outcome: 'unknown' })
  else if (reused !== undefined || !retryStep(turn, step, input)) failStep(turn, step, error, taken, reused)
  turn.advance()
}

function retryStep(turn: Turn, step: StepState, input: Input<'step_errored'>): boolean {
  const { error, random } = input
  const { retry } = turn.state.graph.nodes[step.node]!
  const counted = input.counted !== false || hasWaitedTooLong(turn, step)
  const failures = step.failures + 1
  if (counted && !mayRetry(retry, error, failures)) return false
  // What we ask for ourselves is no server's whim: however long the circuit stays open, an earlier try would be refused.
  const refusedMs = input.counted === false ? (error.retryAfterMs ?? UNCOUNTED_DELAY_MS) : 0
  const delay = counted ? nextRetryDelay(retry!, failures, random, error.retryAfterMs) : 0
  const { path, attempt } = step
  const dueAt = turn.now + Math.max(delay, refusedMs)
  turn.emit({ type: 'step_retrying', path, attempt, error, dueAt, counted })
  turn.startStepTimer(step)
  return true
}

/** A refused try does not count until the step has waited for longer than an attempt of it may take. */
function hasWaitedTooLong({ state, now }: Turn, { node, refusedSince }: StepState): boolean {
  const { timeoutMs } = state.graph.nodes[node]!
  return timeoutMs !== undefined && refusedSince !== null && now - state.pausedMs - refusedSince >= timeoutMs
}

/** The end of a step that fails, by its node's `onError`. */
export function failStep(
  turn: Turn,
  step: StepState,
  error: StepError,
  taken: readonly number[],
  reused?: Reused,
): void {
  const { path, attempt } = step
  const mark = reused === undefined ? {} : { reused }
  const { onError } = turn.state.graph.nodes[step.node]!
  if (onError === 'continue') {
    const output = { error: stepErrorToJson(error) }
    return turn.emit({ type: 'step_succeeded', path, attempt, output, error, taken: [...taken], ...mark })
  }
  if (onError === 'route' && taken.length > 0) {
    return turn.emit({ type: 'step_failed', path, attempt, error, handled: true, taken: [...taken], ...mark })
  }
  const final = onError === 'route' ? unrouted(error) : error
  turn.emit({ type: 'step_failed', path, attempt, error: final, handled: false, taken: [] })
  turn.abortRunning(step.scope, `step ${path} failed`)
}

export function suspendStep(turn: Turn, { path, attempt, wait, items, itemsKey }: Input<'step_waits'>): void {
  const step = turn.openStep(path, attempt)
  if (
    step === undefined ||
    (step.status !== 'running' && !isNextIteration(step, wait) && !isEscalation(step, wait))
  )
    return
  const goesOn = step.status === 'waiting'
  turn.wake()
  turn.emit({
    type: 'step_waiting',
    path,
    attempt,
    wait,
    ...(items === undefined ? {} : { items: [...items] }),
    ...(itemsKey === undefined ? {} : { itemsKey }),
  })
  // A repeat has one time for all its iterations.
  if (!goesOn) turn.startStepTimer(step)
  turn.advance()
}

/** An approval that nobody has decided in time asks others, once. */
const isEscalation = ({ wait: former }: StepState, wait: Wait): boolean =>
  wait.kind === 'approval' && wait.escalated && former?.kind === 'approval' && !former.escalated

/** A repeat that waits goes on to its next iteration, once the latest has ended and nothing around it fails. */
const isNextIteration = ({ inside, scope }: StepState, wait: Wait): boolean =>
  wait.kind === 'iteration' &&
  inside?.kind === 'repeat' &&
  inside.begun === wait.index &&
  inside.ended === wait.index &&
  !isStopped(scope)

/**
 * A container's time is over: what it holds is cut off, and it fails at once, so that nothing it did later counts.
 * One that an item has failed before ends by that.
 */
export function timeOutStep(turn: Turn, { path, attempt, error, taken }: Input<'step_timed_out'>): void {
  const step = turn.openStep(path, attempt)
  if (step?.inside == null || step.inside.error !== null || isStopped(step.scope)) return
  const deadline = containerDeadline(turn.state, step)
  if (deadline === undefined) return
  if (turn.now < deadline) return turn.startStepTimer(step)
  turn.wake()
  for (const scope of [...step.inside.scopes.values()]) {
    turn.abortRunning(scope, `the time of ${path} is over`)
    turn.cancelOpen(scope)
  }
  failStep(turn, step, error, taken)
  turn.advance()
}

/** A page of a map's items is done, and its results are stored. */
export function progressStep(turn: Turn, input: Input<'page_done'>): void {
  const { path, attempt, page, completed, failed, output, outputRef } = input
  const inside = turn.openStep(path, attempt)?.inside
  if (inside == null || inside.pages.has(page)) return
  turn.wake()
  turn.emit({
    type: 'step_progressed',
    path,
    attempt,
    page,
    completed,
    failed,
    ...(output === undefined ? {} : { output: [...output] }),
    ...(outputRef === undefined ? {} : { outputRef }),
  })
  turn.advance()
}

/** A step ends the whole run: it succeeds, and what runs beside it is cancelled. What undoes ends nothing else. */
export function stopRun(turn: Turn, input: Input<'stop_requested'>): void {
  const { path, attempt, status, error, output } = input
  if (turn.openStep(path, attempt) === undefined) return
  turn.wake()
  const value = output === undefined ? {} : { output }
  turn.emit({ type: 'step_succeeded', path, attempt, ...value, taken: [] })
  if (turn.state.compensation !== null) turn.advance()
  else if (status === 'failed' && error !== undefined) turn.fail(error, output)
  else turn.end(status, error, output)
}

export function logLine(turn: Turn, { path, attempt, level, message, data }: Input<'step_logged'>): void {
  const step = turn.openStep(path, attempt)
  if (step?.status !== 'running' || step.logLines > MAX_LOG_LINES) return
  const line =
    step.logLines === MAX_LOG_LINES
      ? { level: 'warn' as const, message: `over ${MAX_LOG_LINES} lines: the rest is dropped` }
      : { level, message, ...(data === undefined ? {} : { data }) }
  turn.emit({ type: 'step_log', path, attempt, ...line })
}

export function abandonStep(turn: Turn, { path, attempt }: Input<'step_aborted'>): void {
  if (turn.openStep(path, attempt)?.status !== 'running') return
  turn.emit({ type: 'step_cancelled', path, attempt, outcome: 'unknown' })
  turn.advance()
}

export function startDueTry(turn: Turn, { path, attempt }: Input<'retry_due'>): void {
  const step = turn.openStep(path, attempt)
  if (step?.retryAt == null || !turn.mayStart || isStopped(step.scope)) return
  if (!turn.hasFreePlace) return turn.startStepTimer(step, turn.now + BUSY_DELAY_MS)
  turn.wake()
  turn.start(step)
}
