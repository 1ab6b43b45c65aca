import { isTerminal } from '@millrace/contracts'
import { containerDeadline, runDeadline } from './deadlines.js'
import { crashedStep, RUN_TIMED_OUT, workerLost } from './errors.js'
import { isStopped, openSteps } from './scope.js'
import type { RunState, StepState } from './state.js'
import {
  abandonStep,
  completeStep,
  errStep,
  failStep,
  logLine,
  progressStep,
  startDueTry,
  stopRun,
  suspendStep,
  timeOutStep,
} from './step-outcomes.js'
import { Turn } from './turn.js'
import type { Decision, RunInput } from './types.js'

/**
 * What happens to a run, and what follows from it: events, already applied to the state, and commands, which the
 * caller performs. Reads no clock and draws no number: `now` is the database's time in milliseconds. What no longer
 * fits (a stale attempt, a finished run) gives an empty decision.
 */
export function decide(state: RunState, input: RunInput, now: number): Decision {
  const turn = new Turn(state, now)
  if (!isTerminal(state.status)) take(turn, input)
  return { events: turn.events, commands: turn.commands, changed: turn.changed }
}

/** Nothing runs and nothing can start: the run only waits. */
export function isIdle(state: RunState): boolean {
  return state.running === 0 && (state.status === 'paused' || state.readyHead === state.ready.length)
}

type Input<K extends RunInput['kind']> = Extract<RunInput, { kind: K }>

function take(turn: Turn, input: RunInput): void {
  switch (input.kind) {
    case 'claimed':
      return takeOver(turn, input)
    case 'step_completed':
      return completeStep(turn, input)
    case 'step_errored':
      return errStep(turn, input)
    case 'step_waits':
      return suspendStep(turn, input)
    case 'step_logged':
      return logLine(turn, input)
    case 'step_aborted':
      return abandonStep(turn, input)
    case 'page_done':
      return progressStep(turn, input)
    case 'undoable_found':
      return goFurtherBack(turn, input)
    case 'stop_requested':
      return stopRun(turn, input)
    case 'retry_due':
      return startDueTry(turn, input)
    case 'step_timed_out':
      return timeOutStep(turn, input)
    case 'run_timed_out':
      return timeOut(turn)
    case 'fail_requested':
      return turn.end('failed', input.error)
    case 'cancel_requested':
      return turn.end('cancelled', undefined)
    case 'pause_requested':
      return pause(turn, input)
    case 'resume_requested':
      return resume(turn)
    case 'go_on':
      return turn.advance()
    case 'park':
      return park(turn)
  }
}

function takeOver(turn: Turn, { taken, crashed, left }: Input<'claimed'>): void {
  const { state } = turn
  if (state.lastSeq === 0) startRun(turn, taken ?? state.graph.outgoing(state.trigger))
  turn.wake()
  for (const step of openSteps(state).filter(({ status }) => status === 'running')) {
    const edges = crashed?.get(step.path)
    if (edges === undefined || isStopped(step.scope)) recoverStep(turn, step, left)
    else failStep(turn, step, crashedStep(left), edges)
  }
  turn.startTimers()
  turn.advance()
}

/** The fired trigger is a step that has succeeded before anything ran. */
function startRun(turn: Turn, taken: readonly number[]): void {
  const { path } = turn.state.steps[turn.state.trigger]!
  turn.emit({ type: 'run_started', trigger: path })
  turn.emit({ type: 'step_succeeded', path, attempt: 1, taken: [...taken] })
}

/** A try whose worker is gone: nobody knows what it did, so it runs again under the same key (I5). */
function recoverStep(turn: Turn, step: StepState, left: Input<'claimed'>['left']): void {
  const { path, attempt } = step
  if (isStopped(step.scope)) return turn.emit({ type: 'step_cancelled', path, attempt, outcome: 'unknown' })
  turn.emit({
    type: 'step_retrying',
    path,
    attempt,
    error: workerLost(left),
    dueAt: turn.now,
    counted: false,
  })
  // A paused run starts nothing: this try is due when it is resumed, or when there is a place.
  if (turn.state.status !== 'paused' && turn.hasFreePlace) turn.start(step)
}

function timeOut(turn: Turn): void {
  const deadline = runDeadline(turn.state)
  if (deadline === undefined) return
  if (turn.now < deadline) turn.startRunTimer()
  else turn.fail(RUN_TIMED_OUT)
}

/** What was asked for once is answered once: the answer moves on what is asked for. */
function goFurtherBack(turn: Turn, { asked, paths, before }: Input<'undoable_found'>): void {
  const { compensation } = turn.state
  if (compensation === null || compensation.left.length > 0 || compensation.before !== asked) return
  turn.wake()
  turn.emit({ type: 'run_compensating', paths: [...paths], ...(before === undefined ? {} : { before }) })
  turn.advance()
}

/** A run that has not started has no status to come back to. */
function pause(turn: Turn, { by }: Input<'pause_requested'>): void {
  const { status } = turn.state
  if (status !== 'pending' && status !== 'paused')
    turn.emit({ type: 'run_paused', ...(by === undefined ? {} : { by }) })
}

function resume(turn: Turn): void {
  if (turn.state.status !== 'paused') return
  turn.emit({ type: 'run_resumed' })
  turn.startTimers()
  turn.advance()
}

function park(turn: Turn): void {
  const { state } = turn
  if (state.status !== 'running' || !isIdle(state)) return
  const until = earliestDue(state)
  turn.emit({ type: 'run_waiting', ...(until === undefined ? {} : { until }) })
}

function earliestDue(state: RunState): number | undefined {
  let earliest: number | undefined
  for (const step of openSteps(state)) {
    const { retryAt, wait } = step
    const due =
      retryAt ?? containerDeadline(state, step) ?? (wait !== null && 'dueAt' in wait ? wait.dueAt : undefined)
    if (due !== undefined && (earliest === undefined || due < earliest)) earliest = due
  }
  return earliest
}
