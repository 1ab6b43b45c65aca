import type { EventDraft, RunEvent, StepError, TerminalRunStatus } from '@millrace/contracts'
import { applyEvent } from './apply-event.js'
import { type RunState, runDeadline, type StepState, stepAt } from './state.js'
import type { Command } from './types.js'

/** One decision in the making: every event is applied as it is emitted, so each sees what the former have changed. */
export class Turn {
  readonly events: RunEvent[] = []
  readonly commands: Command[] = []

  constructor(
    readonly state: RunState,
    readonly now: number,
  ) {}

  emit(draft: EventDraft): void {
    // A draft lacks just these two; TypeScript does not put the union back together.
    const event = { ...draft, seq: this.state.lastSeq + 1, at: this.now } as RunEvent
    applyEvent(this.state, event)
    this.events.push(event)
  }

  /** The step, if it is open at this attempt: anything else is an echo of the past. */
  openStep(path: string, attempt: number): StepState | undefined {
    const step = stepAt(this.state, path)
    const isOpen = step?.status === 'running' || step?.status === 'waiting'
    return isOpen && step.attempt === attempt ? step : undefined
  }

  /** A run that waits goes on as soon as there is something to do. */
  wake(): void {
    if (this.state.status === 'waiting') this.emit({ type: 'run_resumed' })
  }

  start(step: StepState): void {
    const { path, node } = step
    const attempt = step.attempt + 1
    this.emit({ type: 'step_started', path, attempt })
    if (this.state.seeded.has(path)) this.commands.push({ kind: 'reuse_step', path, node, attempt })
    else this.commands.push({ kind: 'execute_step', path, node, attempt, after: this.state.lastSeq })
  }

  get hasFreePlace(): boolean {
    return this.state.running < this.state.graph.definition.settings.maxParallelSteps
  }

  /** Follows the consequences as far as they go: skips, starts, the end. */
  advance(): void {
    const { state } = this
    if (state.error !== null) {
      if (state.running === 0) this.end('failed', state.error)
      return
    }
    while (state.deadHead < state.dead.length) {
      this.emit({ type: 'step_skipped', path: state.steps[state.dead[state.deadHead]!]!.path, attempt: 0 })
    }
    while (state.status !== 'paused' && state.readyHead < state.ready.length && this.hasFreePlace) {
      this.start(state.steps[state.ready[state.readyHead]!]!)
    }
    if (state.unresolved === 0) this.#finish('completed', undefined)
  }

  /** Ends the run at once: what is in flight may or may not have had its effect. */
  end(status: 'failed' | 'cancelled', error: StepError | undefined): void {
    for (const { path, attempt, status: was } of this.state.steps) {
      if (was === 'running') this.abort(path, attempt, 'the run ends')
      if (was === 'running') this.emit({ type: 'step_cancelled', path, attempt, outcome: 'unknown' })
      if (was === 'waiting') this.emit({ type: 'step_cancelled', path, attempt, outcome: 'not_started' })
    }
    this.#finish(status, error)
  }

  abort(path: string, attempt: number, reason: string): void {
    this.commands.push({ kind: 'abort_step', path, attempt, reason })
  }

  /** Timers live in memory: whoever takes the run over, and whoever resumes it, sets them anew. */
  startTimers(): void {
    if (this.state.error !== null) return
    this.startRunTimer()
    for (const step of this.state.steps) this.startStepTimer(step)
  }

  startRunTimer(): void {
    const dueAt = runDeadline(this.state)
    if (dueAt !== undefined) this.commands.push({ kind: 'start_run_timer', dueAt })
  }

  /** Nothing rings in a paused run: it would start what must not start. */
  startStepTimer({ path, attempt, retryAt, wait }: StepState, notBefore = 0): void {
    if (this.state.status === 'paused') return
    if (retryAt !== null) {
      this.commands.push({ kind: 'start_retry_timer', path, attempt, dueAt: Math.max(retryAt, notBefore) })
    } else if (wait?.kind === 'timer') {
      this.commands.push({ kind: 'start_delay_timer', path, attempt, dueAt: wait.dueAt })
    }
  }

  #finish(status: TerminalRunStatus, error: StepError | undefined): void {
    this.emit({ type: 'run_finished', status, ...(error === undefined ? {} : { error }) })
    this.commands.push({ kind: 'finish_run', status, error, output: this.state.output ?? undefined })
  }
}
