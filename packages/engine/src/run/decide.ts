import {
  type EventDraft,
  isTerminal,
  type RunEvent,
  type StepError,
  stepErrorToJson,
} from '@millrace/contracts'
import { applyEvent } from './apply-event.js'
import { CRASHED_STEP, RUN_TIMED_OUT, unrouted, WORKER_LOST } from './errors.js'
import { mayRetry, nextRetryDelay } from './retry.js'
import { type RunState, runDeadline, type StepState, stepAt } from './state.js'
import type { Command, Decision, RunInput } from './types.js'

/** Lines kept of one step's log; the next one says that further lines are dropped. */
export const MAX_LOG_LINES = 1_000
/** For a try that does not count and has no policy: an open circuit, say. Milliseconds. */
const UNCOUNTED_DELAY_MS = 1_000
/** How soon a due try looks again for a free place among the run's parallel steps. Milliseconds. */
const BUSY_DELAY_MS = 100

/**
 * What happens to a run, and what follows from it: events, already applied to the state, and commands, which the
 * caller performs. Reads no clock and draws no number: `now` is the database's time in milliseconds. What no longer
 * fits (a stale attempt, a finished run) gives an empty decision.
 */
export function decide(state: RunState, input: RunInput, now: number): Decision {
  const turn = new Turn(state, now)
  if (!isTerminal(state.status)) turn.take(input)
  return { events: turn.events, commands: turn.commands }
}

type Input<K extends RunInput['kind']> = Extract<RunInput, { kind: K }>

/** One decision in the making. */
class Turn {
  readonly events: RunEvent[] = []
  readonly commands: Command[] = []

  constructor(
    private readonly state: RunState,
    private readonly now: number,
  ) {}

  take(input: RunInput): void {
    switch (input.kind) {
      case 'claimed':
        return this.#claimed(input)
      case 'step_completed':
        return this.#completed(input)
      case 'step_errored':
        return this.#errored(input)
      case 'step_waits':
        return this.#waits(input)
      case 'step_logged':
        return this.#logged(input)
      case 'step_aborted':
        return this.#aborted(input)
      case 'retry_due':
        return this.#retryDue(input)
      case 'run_timed_out':
        return this.#timedOut()
      case 'fail_requested':
        return this.#endNow('failed', input.error)
      case 'cancel_requested':
        return this.#endNow('cancelled', undefined)
      case 'pause_requested':
        return this.#paused(input)
      case 'resume_requested':
        return this.#resumed()
      case 'park':
        return this.#park()
    }
  }

  #claimed({ taken, crashed }: Input<'claimed'>): void {
    const { state } = this
    if (state.lastSeq === 0) {
      const trigger = state.steps[state.trigger]!
      this.#emit({ type: 'run_started', trigger: trigger.path })
      this.#emit({
        type: 'step_succeeded',
        path: trigger.path,
        attempt: 1,
        taken: [...(taken ?? state.graph.outgoing(state.trigger))],
      })
    }
    this.#wake()
    for (const step of state.steps.filter(({ status }) => status === 'running')) {
      const edges = crashed?.get(step.path)
      if (edges === undefined || state.error !== null) this.#recover(step)
      else this.#failed(step, CRASHED_STEP, [...edges])
    }
    this.#startTimers()
    this.#advance()
  }

  /** A try whose worker is gone: nobody knows what it did, so it runs again under the same key (I5). */
  #recover(step: StepState): void {
    const { path, attempt } = step
    if (this.state.error !== null)
      return this.#emit({ type: 'step_cancelled', path, attempt, outcome: 'unknown' })
    this.#emit({ type: 'step_retrying', path, attempt, error: WORKER_LOST, dueAt: this.now, counted: false })
    // A paused run starts nothing; its timers begin again when it is resumed.
    if (this.state.status !== 'paused') this.#start(step)
  }

  /** A run that waits goes on as soon as there is something to do. */
  #wake(): void {
    if (this.state.status === 'waiting') this.#emit({ type: 'run_resumed' })
  }

  /** Timers live in memory: whoever takes the run over, and whoever resumes it, sets them anew. */
  #startTimers(): void {
    const { state } = this
    if (state.status === 'paused' || state.error !== null) return
    this.#startRunTimer()
    for (const step of state.steps) {
      if (step.retryAt !== null) this.#startRetryTimer(step, step.retryAt)
      else if (step.wait?.kind === 'timer') this.#startDelayTimer(step, step.wait.dueAt)
    }
  }

  #startRunTimer(): void {
    const dueAt = runDeadline(this.state)
    if (dueAt !== undefined) this.commands.push({ kind: 'start_run_timer', dueAt })
  }

  #startRetryTimer({ path, attempt }: StepState, dueAt: number): void {
    this.commands.push({ kind: 'start_retry_timer', path, attempt, dueAt })
  }

  #startDelayTimer({ path, attempt }: StepState, dueAt: number): void {
    this.commands.push({ kind: 'start_delay_timer', path, attempt, dueAt })
  }

  #completed({ path, attempt, output, outputRef, taken }: Input<'step_completed'>): void {
    const step = this.#current(path, attempt)
    if (step === undefined || step.retryAt !== null) return
    this.#wake()
    this.#emit({
      type: 'step_succeeded',
      path,
      attempt,
      ...(output === undefined ? {} : { output }),
      ...(outputRef === undefined ? {} : { outputRef }),
      taken: [...taken],
    })
    this.#advance()
  }

  #errored(input: Input<'step_errored'>): void {
    const { path, attempt, error } = input
    const step = this.#current(path, attempt)
    if (step === undefined || step.retryAt !== null) return
    this.#wake()
    if (this.state.error !== null) this.#emit({ type: 'step_cancelled', path, attempt, outcome: 'unknown' })
    else if (!this.#retry(step, input)) this.#failed(step, error, [...input.taken])
    this.#advance()
  }

  #retry(step: StepState, { error, random, counted = true }: Input<'step_errored'>): boolean {
    const { retry } = this.state.graph.nodes[step.node]!
    const failures = step.failures + (counted ? 1 : 0)
    if (counted && !mayRetry(retry, error, failures)) return false
    const delay =
      retry === undefined
        ? UNCOUNTED_DELAY_MS
        : nextRetryDelay(retry, Math.max(failures, 1), random, error.retryAfterMs)
    const { path, attempt } = step
    this.#emit({ type: 'step_retrying', path, attempt, error, dueAt: this.now + delay, counted })
    if (this.state.status !== 'paused') this.#startRetryTimer(step, this.now + delay)
    return true
  }

  #failed({ path, attempt, node }: StepState, error: StepError, taken: number[]): void {
    const { onError } = this.state.graph.nodes[node]!
    if (onError === 'continue') {
      return this.#emit({
        type: 'step_succeeded',
        path,
        attempt,
        output: { error: stepErrorToJson(error) },
        error,
        taken,
      })
    }
    if (onError === 'route' && taken.length > 0) {
      return this.#emit({ type: 'step_failed', path, attempt, error, handled: true, taken })
    }
    const final = onError === 'route' ? unrouted(error) : error
    this.#emit({ type: 'step_failed', path, attempt, error: final, handled: false, taken: [] })
    for (const step of this.state.steps) {
      if (step.status !== 'running') continue
      this.commands.push({
        kind: 'abort_step',
        path: step.path,
        attempt: step.attempt,
        reason: `step ${path} failed`,
      })
    }
  }

  #waits({ path, attempt, wait }: Input<'step_waits'>): void {
    const step = this.#current(path, attempt)
    if (step?.status !== 'running') return
    this.#emit({ type: 'step_waiting', path, attempt, wait })
    if (wait.kind === 'timer' && this.state.status !== 'paused') this.#startDelayTimer(step, wait.dueAt)
    this.#advance()
  }

  #logged({ path, attempt, level, message, data }: Input<'step_logged'>): void {
    const step = this.#current(path, attempt)
    if (step === undefined || step.logLines > MAX_LOG_LINES) return
    if (step.logLines === MAX_LOG_LINES) {
      return this.#emit({
        type: 'step_log',
        path,
        attempt,
        level: 'warn',
        message: `over ${MAX_LOG_LINES} lines: the rest is dropped`,
      })
    }
    this.#emit({ type: 'step_log', path, attempt, level, message, ...(data === undefined ? {} : { data }) })
  }

  #aborted({ path, attempt }: Input<'step_aborted'>): void {
    if (this.#current(path, attempt)?.status !== 'running') return
    this.#emit({ type: 'step_cancelled', path, attempt, outcome: 'unknown' })
    this.#advance()
  }

  #retryDue({ path, attempt }: Input<'retry_due'>): void {
    const { state } = this
    const step = this.#current(path, attempt)
    if (step?.retryAt == null || state.status === 'paused' || state.error !== null) return
    if (state.running >= state.graph.definition.settings.maxParallelSteps)
      return this.#startRetryTimer(step, this.now + BUSY_DELAY_MS)
    this.#wake()
    this.#start(step)
  }

  /** A run that has not started has no status to come back to. */
  #paused({ by }: Input<'pause_requested'>): void {
    const { status } = this.state
    if (status !== 'pending' && status !== 'paused')
      this.#emit({ type: 'run_paused', ...(by === undefined ? {} : { by }) })
  }

  #resumed(): void {
    if (this.state.status !== 'paused') return
    this.#emit({ type: 'run_resumed' })
    this.#startTimers()
    this.#advance()
  }

  #timedOut(): void {
    const deadline = runDeadline(this.state)
    if (deadline === undefined) return
    if (this.now < deadline) this.#startRunTimer()
    else this.#endNow('failed', RUN_TIMED_OUT)
  }

  #park(): void {
    if (this.state.status !== 'running' || !isIdle(this.state)) return
    const until = earliestDue(this.state)
    this.#emit({ type: 'run_waiting', ...(until === undefined ? {} : { until }) })
  }

  /** Ends the run at once: what is in flight may or may not have had its effect. */
  #endNow(status: 'failed' | 'cancelled', error: StepError | undefined): void {
    this.#cancelOpenSteps()
    this.#finish(status, error)
  }

  #cancelOpenSteps(): void {
    for (const { path, attempt, status } of this.state.steps) {
      if (status !== 'running' && status !== 'waiting') continue
      if (status === 'running')
        this.commands.push({ kind: 'abort_step', path, attempt, reason: 'the run ends' })
      this.#emit({
        type: 'step_cancelled',
        path,
        attempt,
        outcome: status === 'running' ? 'unknown' : 'not_started',
      })
    }
  }

  /** Follows the consequences as far as they go: skips, starts, the end. */
  #advance(): void {
    const { state } = this
    if (state.error !== null) {
      if (state.running > 0) return
      this.#cancelOpenSteps()
      return this.#finish('failed', state.error)
    }
    while (state.deadHead < state.dead.length) {
      this.#emit({ type: 'step_skipped', path: state.steps[state.dead[state.deadHead]!]!.path, attempt: 0 })
    }
    const { maxParallelSteps } = state.graph.definition.settings
    while (
      state.status !== 'paused' &&
      !state.held &&
      state.readyHead < state.ready.length &&
      state.running < maxParallelSteps
    ) {
      this.#start(state.steps[state.ready[state.readyHead]!]!)
    }
    if (state.unresolved === 0) this.#finish('completed', undefined)
  }

  #start(step: StepState): void {
    const attempt = step.attempt + 1
    this.#emit({ type: 'step_started', path: step.path, attempt })
    this.commands.push({
      kind: 'execute_step',
      path: step.path,
      node: step.node,
      attempt,
      after: this.state.lastSeq,
    })
  }

  #finish(status: 'completed' | 'failed' | 'cancelled', error: StepError | undefined): void {
    this.#emit({ type: 'run_finished', status, ...(error === undefined ? {} : { error }) })
    this.commands.push({ kind: 'finish_run', status, error, output: this.state.output ?? undefined })
  }

  /** The step, if it is open at this attempt: anything else is an echo of the past. */
  #current(path: string, attempt: number): StepState | undefined {
    const step = stepAt(this.state, path)
    const isOpen = step?.status === 'running' || step?.status === 'waiting'
    return isOpen && step.attempt === attempt ? step : undefined
  }

  #emit(draft: EventDraft): void {
    const event = { ...draft, seq: this.state.lastSeq + 1, at: this.now } as RunEvent
    applyEvent(this.state, event)
    this.events.push(event)
  }
}

/** Nothing runs and nothing can start: the run only waits. */
export function isIdle(state: RunState): boolean {
  return state.running === 0 && (state.status === 'paused' || state.readyHead === state.ready.length)
}

function earliestDue(state: RunState): number | undefined {
  let earliest: number | undefined
  for (const { retryAt, wait } of state.steps) {
    const due = retryAt ?? (wait !== null && 'dueAt' in wait ? wait.dueAt : undefined)
    if (due !== undefined && (earliest === undefined || due < earliest)) earliest = due
  }
  return earliest
}
