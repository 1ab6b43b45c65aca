import { type Reused, type StepError, stepErrorToJson } from '@millrace/contracts'
import { unrouted } from './errors.js'
import { mayRetry, nextRetryDelay } from './retry.js'
import type { StepState } from './state.js'
import type { Turn } from './turn.js'
import type { RunInput } from './types.js'

/** Lines kept of one step's log; the next one says that further lines are dropped. */
export const MAX_LOG_LINES = 1_000
/** For a try that does not count and has no policy: an open circuit, say. Milliseconds. */
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
  if (turn.state.error !== null) turn.emit({ type: 'step_cancelled', path, attempt, outcome: 'unknown' })
  else if (reused !== undefined || !retryStep(turn, step, input)) failStep(turn, step, error, taken, reused)
  turn.advance()
}

function retryStep(turn: Turn, step: StepState, input: Input<'step_errored'>): boolean {
  const { error, random, counted = true } = input
  const { retry } = turn.state.graph.nodes[step.node]!
  const failures = step.failures + (counted ? 1 : 0)
  if (counted && !mayRetry(retry, error, failures)) return false
  const delay =
    retry === undefined
      ? UNCOUNTED_DELAY_MS
      : nextRetryDelay(retry, Math.max(failures, 1), random, error.retryAfterMs)
  const { path, attempt } = step
  turn.emit({ type: 'step_retrying', path, attempt, error, dueAt: turn.now + delay, counted })
  turn.startStepTimer(step)
  return true
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
  for (const sibling of turn.state.steps)
    if (sibling.status === 'running') turn.abort(sibling.path, sibling.attempt, `step ${path} failed`)
}

export function suspendStep(turn: Turn, { path, attempt, wait }: Input<'step_waits'>): void {
  const step = turn.openStep(path, attempt)
  if (step?.status !== 'running') return
  turn.emit({ type: 'step_waiting', path, attempt, wait })
  turn.startStepTimer(step)
  turn.advance()
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
  if (step?.retryAt == null || turn.state.status === 'paused' || turn.state.error !== null) return
  if (!turn.hasFreePlace) return turn.startStepTimer(step, turn.now + BUSY_DELAY_MS)
  turn.wake()
  turn.start(step)
}
