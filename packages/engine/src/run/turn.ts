import {
  type EventDraft,
  type Json,
  type RunEvent,
  type StepError,
  stringifyJson,
  type TerminalRunStatus,
} from '@millrace/contracts'
import { applyEvent, outputRefOf } from './apply-event.js'
import { errorOf, toUndo } from './compensation.js'
import { containerDeadline, runDeadline } from './deadlines.js'
import { isStopped, openSteps, stepAt } from './scope.js'
import type { Compensation, RunState, Scope, StepState, ToUndo } from './state.js'
import { containerChores } from './tend.js'
import type { Command } from './types.js'

/** One decision in the making: every event is applied as it is emitted, so each sees what the former have changed. */
export class Turn {
  readonly events: RunEvent[] = []
  readonly commands: Command[] = []
  /** Steps that have changed: a line of a log, or a page of items, changes none. */
  readonly changed = new Set<StepState>()
  /** Those of them that may have brought a container on. */
  #untended: StepState[] = []
  readonly #ordered = new Set<string>()

  constructor(
    readonly state: RunState,
    readonly now: number,
  ) {}

  emit(draft: EventDraft): void {
    // A draft lacks just these two; TypeScript does not put the union back together.
    const event = { ...draft, seq: this.state.lastSeq + 1, at: this.now } as RunEvent
    // Looked up before: the event may end the item that the step is part of.
    const step = 'path' in event ? stepAt(this.state, event.path) : undefined
    const around = step?.scope.container?.inside
    const wasSound = around?.error === null
    applyEvent(this.state, event)
    this.events.push(event)
    if (step === undefined) return
    if (event.type !== 'step_log' && event.type !== 'step_progressed') this.changed.add(step)
    if (step.inside !== null || around !== undefined) this.tend(step)
    if (wasSound && around?.error !== null)
      for (const scope of around?.scopes.values() ?? []) this.abortRunning(scope, 'another item failed')
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
    const { running, places, graph } = this.state
    return running < Math.min(places, graph.definition.settings.maxParallelSteps)
  }

  /** D12: an owner that hands its runs back starts nothing more. */
  get mayStart(): boolean {
    return this.state.status !== 'paused' && this.state.places > 0
  }

  /** Follows the consequences as far as they go: ends of items, skips, starts, the end. */
  advance(): void {
    const { state } = this
    if (state.error !== null) {
      if (state.running === 0) this.fail(state.error)
      return
    }
    do {
      this.#tendAll()
      while (state.deadHead < state.dead.length) this.#skip(state.dead[state.deadHead]!)
      while (this.mayStart && state.readyHead < state.ready.length && this.hasFreePlace)
        this.#startOrSkip(state.ready[state.readyHead]!)
    } while (this.#untended.length > 0 || state.deadHead < state.dead.length)
    if (state.compensation !== null) this.#endCompensation(state.compensation)
    else if (state.unresolved === 0) this.#complete()
  }

  /** A run that undoes another one goes its way once more, and does nothing that was not done then. */
  #startOrSkip(step: StepState): void {
    const { undo, compensation, seeded } = this.state
    if (undo === undefined || compensation !== null || seeded.has(step.path)) this.start(step)
    else this.#skip(step)
  }

  #skip({ path }: StepState): void {
    this.emit({ type: 'step_skipped', path, attempt: 0 })
  }

  /** The flow has come to its end: what would have undone it is not needed, unless the run is there for that. */
  #complete(): void {
    const { undo, body, steps } = this.state
    if (undo !== undefined) return this.#turnBack(undo, undefined)
    for (const node of body.compensators) this.#skip(steps[node]!)
    this.#finish('completed', undefined)
  }

  /** The run cannot be completed any more: what it has done is undone before it ends. */
  fail(error: StepError, output?: Json): void {
    const done = toUndo(this.state)
    if (done === undefined) this.end('failed', error, output)
    else this.#turnBack(done, error)
  }

  #turnBack(done: ToUndo, error: StepError | undefined): void {
    this.wake()
    this.abortRunning(this.state, 'the run fails')
    this.cancelOpen(this.state)
    const list = 'before' in done ? { paths: [], before: done.before } : { paths: [...done] }
    this.emit({ type: 'run_compensating', ...list, ...(error === undefined ? {} : { error }) })
    this.advance()
  }

  /** The list of what is to be undone may be longer than one event, and is then asked for piece by piece. */
  #endCompensation(compensation: Compensation): void {
    const { left, before } = compensation
    if (left.length > 0) return
    if (before !== null) return this.#order([{ kind: 'find_undoable', before }])
    const error = errorOf(compensation)
    this.#finish(error === undefined ? 'completed' : 'failed', error)
  }

  /** The next `advance` looks at the containers around this step, and at what it holds itself. */
  tend(step: StepState): void {
    this.#untended.push(step)
  }

  #tendAll(): void {
    for (let step = this.#untended.pop(); step !== undefined; step = this.#untended.pop()) {
      this.#order(containerChores(step, undefined, this.mayStart))
      for (let { scope } = step; scope.container !== null; scope = scope.container.scope) {
        // An item that failed is over once what it was running has ended.
        if (scope.error !== null && scope.running === 0) this.cancelOpen(scope)
        const { inside } = scope.container
        if (inside !== null && inside.error !== null && inside.running === 0)
          for (const each of inside.scopes.values()) this.cancelOpen(each)
        this.#order(containerChores(scope.container, scope, this.mayStart))
      }
    }
  }

  /** Each chore once a decision: several steps of it may call for the same one. */
  #order(chores: readonly Command[]): void {
    for (const chore of chores) {
      const key = stringifyJson(chore)
      if (!this.#ordered.has(key)) this.commands.push(chore)
      this.#ordered.add(key)
    }
  }

  /** Ends the run at once: what is in flight may or may not have had its effect. */
  end(status: TerminalRunStatus, error: StepError | undefined, output?: Json): void {
    this.abortRunning(this.state, 'the run ends')
    this.cancelOpen(this.state)
    this.#finish(status, error, output)
  }

  /** What is inside of a container goes before the container. */
  cancelOpen(scope: Scope): void {
    for (const { path, attempt, status } of openSteps(scope)) {
      const outcome = status === 'running' ? 'unknown' : 'not_started'
      this.emit({ type: 'step_cancelled', path, attempt, outcome })
    }
  }

  abortRunning(scope: Scope, reason: string): void {
    if (scope.running === 0) return
    for (const { path, attempt, status } of openSteps(scope))
      if (status === 'running') this.commands.push({ kind: 'abort_step', path, attempt, reason })
  }

  /** Timers and chores live in memory: whoever takes the run over, and whoever resumes it, sets them anew. */
  startTimers(): void {
    if (this.state.error !== null) return
    this.startRunTimer()
    for (const step of openSteps(this.state)) {
      if (!isStopped(step.scope)) this.startStepTimer(step)
      if (step.inside !== null) this.tend(step)
    }
  }

  startRunTimer(): void {
    const dueAt = runDeadline(this.state)
    if (dueAt !== undefined) this.commands.push({ kind: 'start_run_timer', dueAt })
  }

  /** Nothing rings in a paused run: it would start what must not start. */
  startStepTimer(step: StepState, notBefore = 0): void {
    if (this.state.status === 'paused') return
    const { path, attempt, retryAt, wait } = step
    const timeout = containerDeadline(this.state, step)
    if (retryAt !== null) {
      this.commands.push({ kind: 'start_retry_timer', path, attempt, dueAt: Math.max(retryAt, notBefore) })
    } else if (wait?.kind === 'timer') {
      this.commands.push({ kind: 'start_delay_timer', path, attempt, dueAt: wait.dueAt })
    } else if (timeout !== undefined) {
      this.commands.push({ kind: 'start_timeout_timer', path, attempt, dueAt: timeout })
    }
  }

  #finish(status: TerminalRunStatus, error: StepError | undefined, output?: Json): void {
    const outputRef = status === 'completed' && output === undefined ? outputRefOf(this.state) : undefined
    this.emit({
      type: 'run_finished',
      status,
      ...(outputRef === undefined ? {} : { outputRef }),
      ...(error === undefined ? {} : { error }),
      ...(output === undefined ? {} : { output }),
    })
    this.commands.push({ kind: 'finish_run', status, error, output: this.state.output ?? undefined })
  }
}
