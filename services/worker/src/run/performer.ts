import { MillraceError, type PayloadRef, type RunEvent } from '@millrace/contracts'
import type { Command, RunInput, RunState } from '@millrace/engine'
import type { ClaimedRun } from '@millrace/run-store'
import type { Plan } from '../plan/plan.js'
import type { AttemptEvents, AttemptRequest, AttemptRunner } from './attempt-runner.js'
import type { DurabilityBarrier } from './barrier.js'
import { ContainerChores } from './containers/chores.js'
import { NearTimers } from './near-timers.js'
import type { OutcomeContexts } from './outcome-contexts.js'
import { outcomeInput } from './outcome-input.js'
import { UndoSearch } from './past/undo-search.js'
import { reusedInput } from './reused-input.js'
import type { RunScopes } from './scopes.js'
import type { SessionHost } from './session-host.js'
import type { StepOutcome } from './step-executor.js'
import { storableJson, storableText } from './storable.js'
import type { Caution } from './suspicion.js'
import { delayOver, timeOver } from './time-over.js'

export type MakeAttempts = (
  events: AttemptEvents,
  scopes: RunScopes,
  barrier: DurabilityBarrier,
) => AttemptRunner

/** The run as what is performed for it sees it. */
export interface PerformedRun {
  readonly run: ClaimedRun
  readonly plan: Plan
  readonly state: RunState
  readonly scopes: RunScopes
  readonly barrier: DurabilityBarrier
  readonly contexts: OutcomeContexts
  readonly caution: Pick<Caution, 'isOver'>
  readonly host: Pick<SessionHost, 'clock' | 'leaseHeld' | 'loadPayload' | 'readStore'>
  /** Tells the engine what has come of a command. */
  apply(input: RunInput): void
  /** Looks whether the run can rest now: after every input that came by itself. */
  settle(): void
  /** Work that nobody waits for. The run does not rest before its end. */
  inBackground(work: () => Promise<void>): void
  /** Events may wait a moment for company. */
  flushSoon(): void
  /** Somebody waits for what is not yet durable. */
  flush(): void
  yieldCpu(): void
  confirmOwnership(): Promise<void>
}

/** How long an aborted step may take to end before it is given up. Milliseconds. */
const ABORT_GRACE_MS = 2_000

/**
 * Owns: what the engine has asked for and what is under way because of it: attempts, timers that ring in memory, chores
 * of containers. Whatever comes of them goes back to the engine as an input.
 */
export class Performer {
  readonly #attempts: AttemptRunner
  readonly #chores: ContainerChores
  readonly #undoSearch: UndoSearch
  readonly #timers: NearTimers
  /** By path of the container: what takes back the timer of its time. */
  readonly #timeouts = new Map<string, () => void>()
  /** Attempts that were told to stop and have not ended yet, by path. */
  readonly #aborting = new Map<string, number>()

  constructor(
    private readonly of: PerformedRun,
    makeAttempts: MakeAttempts,
  ) {
    const { run, plan, state, scopes, barrier, contexts, host } = of
    const loadPayload = (ref: PayloadRef) => host.loadPayload(run, ref)
    this.#chores = new ContainerChores(state, plan, scopes, loadPayload, (path) => contexts.of(path))
    this.#undoSearch = new UndoSearch(
      run,
      plan,
      (read) => host.readStore(read),
      (seq) => {
        if (!barrier.passed(seq)) of.flush()
        return barrier.reached(seq)
      },
    )
    this.#timers = new NearTimers(host.clock)
    this.#attempts = makeAttempts(this.#attemptEvents(), scopes, barrier)
  }

  /** Attempts that have not ended. */
  get inFlight(): number {
    return this.#attempts.inFlight
  }

  perform(command: Command): void {
    const { of } = this
    switch (command.kind) {
      case 'execute_step':
        return this.#attempts.start(command)
      case 'reuse_step':
        return of.inBackground(async () => of.apply(await reusedInput(command, of.run, of.plan, of.scopes)))
      case 'abort_step':
        return this.#abort(command)
      case 'start_retry_timer':
        return this.#ringAt(command.dueAt, {
          kind: 'retry_due',
          path: command.path,
          attempt: command.attempt,
        })
      case 'start_delay_timer':
        this.#timers.ringAt(command.dueAt, () => of.inBackground(() => this.#endDelay(command)))
        return
      case 'start_timeout_timer':
        return this.#startTimeout(command)
      case 'close_container':
      case 'check_iteration':
      case 'settle_page':
      case 'execute_page':
        return of.inBackground(async () => this.#answer(await this.#chores.answer(command)))
      case 'find_undoable':
        return of.inBackground(async () => this.#answer(await this.#undoSearch.answer(command)))
      case 'start_run_timer':
        return this.#ringAt(command.dueAt, { kind: 'run_timed_out' })
      case 'finish_run':
        return // its event is in the same decision; the flush that carries it ends the session
    }
  }

  /** To be told of every event: most containers end long before their time, in a map of many one after the other (I10). */
  observe(event: RunEvent): void {
    const { type } = event
    if (type === 'step_succeeded' || type === 'step_failed' || type === 'step_cancelled')
      this.#dropTimeout(event.path)
  }

  /** Aborts what is in flight, and hears nothing more of it. */
  stop(reason: unknown): void {
    this.#timers.clear()
    this.#attempts.forgetAll(reason)
  }

  #answer(input: RunInput | undefined): void {
    if (input !== undefined) this.of.apply(input)
  }

  #attemptEvents(): AttemptEvents {
    const { of } = this
    return {
      logged: ({ path, attempt }, level, message, data) => {
        const line = { kind: 'step_logged', path, attempt, level, message: storableText(message) } as const
        of.apply(data === undefined ? line : { ...line, data: storableJson(data) })
        of.flushSoon()
      },
      ended: (request, outcome) => of.inBackground(() => this.#ended(request, outcome)),
      careful: () => !of.caution.isOver,
      blockedOn: () => of.flush(),
      goingOutside: () => of.yieldCpu(),
      owned: () => (of.host.leaseHeld() ? undefined : of.confirmOwnership()),
    }
  }

  async #ended(request: AttemptRequest, outcome: StepOutcome): Promise<void> {
    const { path, attempt } = request
    const wasAborted = this.#aborting.get(path) === attempt && this.#aborting.delete(path)
    if (outcome.kind === 'errored' && wasAborted)
      return this.of.apply({ kind: 'step_aborted', path, attempt })
    this.of.apply(await outcomeInput(request, outcome, this.of.contexts.of(path)))
  }

  async #endDelay({ path, attempt }: { readonly path: string; readonly attempt: number }): Promise<void> {
    const { state, contexts } = this.of
    this.#answer(await delayOver({ path, attempt }, state, contexts.of(path)))
  }

  /** A pause may have moved the deadline of the former one. */
  #startTimeout(command: Extract<Command, { kind: 'start_timeout_timer' }>): void {
    this.#dropTimeout(command.path)
    const ring = () => this.of.inBackground(() => this.#timeOut(command))
    this.#timeouts.set(command.path, this.#timers.ringAt(command.dueAt, ring))
  }

  #dropTimeout(path: string): void {
    this.#timeouts.get(path)?.()
    this.#timeouts.delete(path)
  }

  async #timeOut({ path, attempt }: { readonly path: string; readonly attempt: number }): Promise<void> {
    const { plan, state, scopes } = this.of
    this.#answer(await timeOver(path, attempt, plan, state, scopes))
  }

  #abort({ path, attempt, reason }: Extract<Command, { kind: 'abort_step' }>): void {
    this.#aborting.set(path, attempt)
    this.#attempts.abort(path, attempt, new MillraceError('NODE_FAILED', reason))
    this.#timers.ringAt(this.of.host.clock.now() + ABORT_GRACE_MS, () => {
      this.#attempts.forget(path, attempt)
      if (this.#aborting.get(path) === attempt) this.#aborting.delete(path)
      this.of.apply({ kind: 'step_aborted', path, attempt })
      this.of.settle()
    })
  }

  #ringAt(dueAt: number, input: RunInput): void {
    this.#timers.ringAt(dueAt, () => {
      this.of.apply(input)
      this.of.settle()
    })
  }
}
