import {
  isTerminal,
  type Json,
  MillraceError,
  type PayloadRef,
  type RunEvent,
  type RunStatus,
} from '@millrace/contracts'
import {
  type Command,
  decide,
  foldEvents,
  isIdle,
  pendingTimers,
  type RunInput,
  type RunState,
} from '@millrace/engine'
import type { NodeResponse } from '@millrace/nodes'
import type { ClaimedRun, FlushResult, FlushUnit, InboxItem, PayloadRow } from '@millrace/run-store'
import type { Capabilities } from '../capabilities/capabilities.js'
import type { DatabaseClock } from '../clock.js'
import type { Plan } from '../plan/plan.js'
import type { AttemptEvents, AttemptRequest, AttemptRunner } from './attempt-runner.js'
import { DurabilityBarrier } from './barrier.js'
import { ContainerChores } from './containers/chores.js'
import { FlushLine, type FlushLineHost } from './flush-line.js'
import { claimedInput, delayOver, inboxInput } from './inputs.js'
import { NearTimers } from './near-timers.js'
import type { OutcomeContext } from './outcome-context.js'
import { outcomeInput } from './outcome-input.js'
import { PendingWrites } from './pending-writes.js'
import { resolvedInput } from './resolved-input.js'
import { reusedInput } from './reused-input.js'
import { runScope } from './run-scope.js'
import { RunScopes } from './scopes.js'
import type { StepOutcome } from './step-executor.js'
import { storableJson, storableText } from './storable.js'
import { isSuspect } from './suspicion.js'

/** What a session needs of its worker, and no more. */
export interface SessionHost {
  readonly clock: DatabaseClock
  readonly leaseHeld: () => boolean
  renewLease(): Promise<void>
  submit(unit: FlushUnit): Promise<FlushResult>
  readInbox(runId: string): Promise<readonly InboxItem[]>
  loadPayload(run: ClaimedRun, ref: PayloadRef): Promise<Json>
  storePayload(run: ClaimedRun, payload: PayloadRow): Promise<void>
  published(session: RunSession, events: readonly RunEvent[], status: RunStatus | undefined): void
  /** The run needs no more of the worker's CPU for now: finished, parked, or waiting on the outside. */
  yielded(session: RunSession): void
  /** The session is over. `again` asks for another look at the run: its inbox may hold a wake. */
  ended(session: RunSession, how: SessionEnd): void
  /** A wait of the run is registered: something may have come for it before. */
  registered(session: RunSession): void
  /** Runs that this one has called: durable, and to be rung for. */
  called(runIds: readonly string[]): void
  readonly resolveCall: Capabilities['resolveCall']
  readonly resumeUrl: (runId: string, path: string) => string
  /** Collects sessions whose events may wait a moment for company. */
  flushSoon(session: RunSession): void
  /** The database refused what the run wants to write: the run alone must fail (D7). */
  unstorable(session: RunSession, message: string): void
  readonly random: () => number
}

/**
 * `fenced`: another owner has the run. `lost`: this worker gives it up. `abandoned`: it is still ours, but cannot go on
 * here.
 */
export type SessionEnd = 'finished' | 'parked' | 'handed_back' | 'fenced' | 'lost' | 'abandoned'

/** Delays up to this stay in memory; longer ones park the run. Milliseconds. */
const NEAR_MS = 2_000
/** How long an aborted step may take to end before it is given up. Milliseconds. */
const ABORT_GRACE_MS = 2_000

/**
 * Owns: one claimed run in this worker: its folded state, its events that are not yet durable, its attempts in
 * flight and its near timers. Does not own: the lease, the writer, the plan.
 *
 * 1. At most one flush of the run is in flight (D1); each begins where the last durable one ended (I4).
 * 2. Once fenced or lost, nothing is started, written or published any more (I3).
 * 3. Inbox rows are consumed by the flush of the events they cause (D3).
 * 4. State changes only by the engine's decisions, so a later fold gives the same state.
 */
export class RunSession {
  readonly #state: RunState
  readonly #scopes: RunScopes
  readonly #barrier: DurabilityBarrier
  readonly #attempts: AttemptRunner
  readonly #chores: ContainerChores
  readonly #writes: PendingWrites
  #responded = false
  readonly #children = new Set<string>()
  readonly #flushes = new FlushLine(this.#flushHost())
  #release: Exclude<SessionEnd, 'fenced' | 'lost' | 'abandoned'> | undefined
  /** What the flush in flight releases. */
  #releasing: SessionEnd | undefined
  #over = false
  #draining = false
  /** Attempts that have ended and timers that have rung, whose consequences are still being worked out. */
  #busy = 0
  #yielded = false
  readonly #aborting = new Set<string>()
  #toldStatus: RunStatus | undefined
  #seenInbox = new Set<string>()
  readonly #timers: NearTimers

  constructor(
    readonly run: ClaimedRun,
    readonly plan: Plan,
    private readonly host: SessionHost,
    makeAttempts: (events: AttemptEvents, scopes: RunScopes, barrier: DurabilityBarrier) => AttemptRunner,
  ) {
    // D2: fold fails unless the events end exactly at the claimed last_seq.
    const origin = { trigger: run.trigger, input: run.input, seeded: new Set(run.seeds.keys()) }
    this.#state = foldEvents(plan.graph, origin, run.events, run.lastSeq)
    // D13: after a crash one step at a time, so that the next one tells which step it was.
    if (isSuspect(run)) this.#state.places = 1
    this.#barrier = new DurabilityBarrier(run.lastSeq)
    this.#timers = new NearTimers(host.clock)
    const loadPayload = (ref: PayloadRef) => host.loadPayload(run, ref)
    const scope = runScope(run, plan, host.clock.now(), host.resumeUrl)
    this.#scopes = new RunScopes(this.#state, scope, loadPayload)
    for (const event of run.events) this.#noteResponse(event)
    this.#writes = new PendingWrites(run, this.#state)
    this.#chores = new ContainerChores(this.#state, plan, this.#scopes, loadPayload, (path) =>
      this.#outcomeContext(path),
    )
    this.#attempts = makeAttempts(this.#attemptEvents(), this.#scopes, this.#barrier)
  }

  /** Runs that hear of this one's end: its parent, and those it waits for. */
  get relatives(): readonly string[] {
    const { parentRunId } = this.run
    return parentRunId === null ? [...this.#children] : [...this.#children, parentRunId]
  }

  get over(): boolean {
    return this.#over
  }

  /** By the database's clock, milliseconds; null before the first event. */
  get startedAt(): number | null {
    return this.#state.startedAt
  }

  /** Starts a fresh run, or picks up what a former owner left; then what the inbox holds. */
  begin(): Promise<void> {
    return this.#whileBusy(async () => {
      const { plan, run } = this
      // A cancel that waits already is served before anything starts.
      const cancelled = run.inbox.some((item) => item.kind === 'cancel')
      if (!cancelled) this.#apply(await claimedInput(plan, this.#state, this.#scopes, run))
      await this.#take(run.inbox)
    })
  }

  /** Reads the inbox and takes what is new: someone has knocked. */
  async checkInbox(): Promise<void> {
    try {
      await this.#whileBusy(async () => this.#take(await this.host.readInbox(this.run.id)))
    } catch (error) {
      // Nothing of the run depends on this read: what stays in the inbox wakes it again (D4).
      this.#settle()
      throw error
    }
  }

  /** Each row is consumed by the flush of what it caused. */
  async #take(items: readonly InboxItem[]): Promise<void> {
    for (const item of items) {
      if (this.#seenInbox.has(item.id)) continue
      this.#seenInbox.add(item.id)
      const input = await this.#inputOf(item)
      // Once the run is being released, the row is for its next owner.
      if (this.#over || this.#release !== undefined) return
      // In one turn, so that no flush takes the row without the events it causes (D3).
      this.#writes.consumes(item.id)
      if (input !== undefined) this.#apply(input)
    }
  }

  /** What could not be worked out now is tried again with the next read. */
  async #inputOf(item: InboxItem): Promise<RunInput | undefined> {
    try {
      return item.kind === 'wait_resolved'
        ? await resolvedInput(item, this.#state, this.#outcomeContext(item.path))
        : await inboxInput(item, this.plan, this.#state, this.#scopes)
    } catch (error) {
      this.#seenInbox.delete(item.id)
      throw error
    }
  }

  /** Nothing is released while consequences are still being worked out. */
  async #whileBusy(work: () => Promise<void>): Promise<void> {
    if (this.#over) return
    this.#busy++
    try {
      await work()
    } finally {
      this.#busy--
    }
    this.#settle()
  }

  /** D12: starts nothing more; hands the run back once its attempts have ended. */
  drain(): void {
    this.#draining = true
    this.#state.places = 0
    this.#settle()
  }

  /** The worker has lost the run, or stops: everything in flight is aborted and nothing more is written. */
  lose(reason: unknown): void {
    this.#end('lost', reason)
  }

  /** Submits everything that is not yet durable, now or with the flush after the one in flight. */
  flush(): void {
    if (!this.#over) this.#flushes.flush()
  }

  /** Work that nobody waits for: what goes wrong in it ends the session, not the process. */
  #inBackground(work: () => Promise<void>): void {
    this.#whileBusy(work).catch((error) => this.#end('abandoned', error))
  }

  #apply(input: RunInput): void {
    if (this.#over) return
    const decision = decide(this.#state, input, this.host.clock.now())
    this.#writes.decided(decision)
    for (const step of decision.changed) this.#scopes.observe(step)
    for (const event of decision.events) this.#noteResponse(event)
    for (const command of decision.commands) this.#perform(command)
  }

  #perform(command: Command): void {
    switch (command.kind) {
      case 'execute_step':
        return this.#attempts.start(command)
      case 'reuse_step':
        return this.#inBackground(async () =>
          this.#apply(await reusedInput(command, this.run, this.plan, this.#scopes)),
        )
      case 'abort_step':
        return this.#abort(command.path, command.attempt, command.reason)
      case 'start_retry_timer':
        return this.#ringAt(command.dueAt, {
          kind: 'retry_due',
          path: command.path,
          attempt: command.attempt,
        })
      case 'start_delay_timer':
        return this.#timers.ringAt(command.dueAt, () =>
          this.#inBackground(() => this.#delayOver(command.path, command.attempt)),
        )
      case 'close_container':
      case 'check_iteration':
      case 'settle_page':
      case 'execute_page':
        return this.#inBackground(async () => {
          const input = await this.#chores.answer(command)
          if (input !== undefined) this.#apply(input)
        })
      case 'start_run_timer':
        return this.#ringAt(command.dueAt, { kind: 'run_timed_out' })
      case 'finish_run':
        return // its event is in the same decision; the flush that carries it ends the session
    }
  }

  #noteResponse(event: RunEvent): void {
    if (event.type !== 'step_succeeded' || this.#responded) return
    const node = this.plan.graph.nodeAt(event.path)
    this.#responded = node !== undefined && this.plan.graph.nodes[node]?.type === 'http.respond'
  }

  #attemptEvents(): AttemptEvents {
    return {
      logged: ({ path, attempt }, level, message, data) => {
        this.#apply({
          kind: 'step_logged',
          path,
          attempt,
          level,
          message: storableText(message),
          ...(data === undefined ? {} : { data: storableJson(data) }),
        })
        this.host.flushSoon(this)
      },
      ended: (request, outcome) => this.#inBackground(() => this.#ended(request, outcome)),
      blockedOn: () => this.flush(),
      goingOutside: () => this.yieldCpu(),
      owned: () => (this.host.leaseHeld() ? undefined : this.#confirmOwnership()),
    }
  }

  async #ended(request: AttemptRequest, outcome: StepOutcome): Promise<void> {
    const { path, attempt } = request
    if (outcome.kind === 'errored' && this.#aborting.delete(path)) {
      return this.#apply({ kind: 'step_aborted', path, attempt })
    }
    this.#apply(await outcomeInput(request, outcome, this.#outcomeContext(path)))
  }

  #outcomeContext(path: string): OutcomeContext {
    const { run, plan, host } = this
    return {
      runId: run.id,
      plan,
      scope: this.#scopes.at(path),
      epoch: run.epoch,
      now: host.clock.now(),
      random: host.random(),
      storePayload: (row) => host.storePayload(run, row),
      prepareWait: (row) => this.#writes.prepareWait(row),
      prepareChild: (row) => this.#writes.prepareChild(row),
      resolveCall: (workflow, version) => host.resolveCall(run, workflow, version),
      claimResponse: (response) => this.#claimResponse(response),
    }
  }

  #claimResponse(response: NodeResponse): boolean {
    if (this.#responded) return false
    this.#responded = true
    this.#writes.respond({ ...response, body: storableJson(response.body) })
    return true
  }

  async #delayOver(path: string, attempt: number): Promise<void> {
    const input = await delayOver(path, attempt, this.plan, this.#state, this.#scopes)
    if (input !== undefined) this.#apply(input)
  }

  #abort(path: string, attempt: number, reason: string): void {
    this.#aborting.add(path)
    this.#attempts.abort(path, attempt, new MillraceError('NODE_FAILED', reason))
    this.#timers.ringAt(this.host.clock.now() + ABORT_GRACE_MS, () => {
      this.#attempts.forget(path, attempt)
      this.#apply({ kind: 'step_aborted', path, attempt })
      this.#settle()
    })
  }

  #ringAt(dueAt: number, input: RunInput): void {
    this.#timers.ringAt(dueAt, () => {
      this.#apply(input)
      this.#settle()
    })
  }

  /**
   * Called after every input: a run that is finished, drained or only waits gives up its lease with its last flush;
   * any other lets its events wait a moment for company.
   */
  #settle(): void {
    if (this.#over || this.#release !== undefined) return
    const resting = this.#attempts.inFlight === 0 && this.#busy === 0
    if (isTerminal(this.#state.status)) this.#release = 'finished'
    else if (this.#draining && resting) this.#release = 'handed_back'
    else if (resting && isIdle(this.#state) && !this.#nearTimer()) {
      this.#apply({ kind: 'park' })
      this.#release = 'parked'
    }
    if (this.#release !== undefined) this.flush()
    else if (!this.#writes.empty) this.host.flushSoon(this)
  }

  #nearTimer(): boolean {
    const soon = this.host.clock.now() + NEAR_MS
    return pendingTimers(this.#state).some((timer) => timer.kind !== 'run_timeout' && timer.dueAt <= soon)
  }

  #flushHost(): FlushLineHost {
    return {
      submit: (unit) => this.host.submit(unit),
      take: (anyway) => this.#takeUnit(anyway),
      durable: (unit) => this.#durable(unit),
      refused: (result) => {
        if (result.kind === 'unstorable' && !this.#over) this.host.unstorable(this, result.message)
        this.#end(result.kind === 'fenced' ? 'fenced' : 'lost', new Error(result.kind))
      },
      failed: (error) => this.#end('abandoned', error),
    }
  }

  #takeUnit(anyway: boolean): FlushUnit | undefined {
    if (this.#over || (this.#writes.empty && this.#release === undefined && !anyway)) return undefined
    this.#releasing = this.#release
    const { status, startedAt, finishedAt, error, output } = this.#state
    return this.#writes.take(
      this.#barrier.durable,
      this.#release !== undefined,
      { status: this.#release === 'handed_back' ? 'pending' : status, startedAt, finishedAt, error, output },
      this.#timerRows(),
    )
  }

  /** Timers stand in the database only while the run is parked: whoever claims it next takes them over. */
  #timerRows(): FlushUnit['timers'] {
    if (this.#release === undefined) return undefined
    return this.#release === 'parked' ? pendingTimers(this.#state) : []
  }

  #durable(unit: FlushUnit): void {
    if (this.#over) return
    const status = unit.run.status === this.#toldStatus ? undefined : unit.run.status
    this.#toldStatus = unit.run.status
    this.host.published(this, unit.events, status)
    this.#barrier.advance(unit.newSeq)
    if (unit.children !== undefined) this.host.called(unit.children.map(({ id }) => id))
    if (this.#releasing !== undefined) this.#end(this.#releasing, undefined)
    else if (unit.waits !== undefined) this.host.registered(this)
  }

  /**
   * The lease may have run out while this process slept or hung (D9). Renewing it is not enough: another worker may
   * have had the run meanwhile. A flush under our epoch tells; if it is fenced, nobody waits for the answer.
   */
  async #confirmOwnership(): Promise<void> {
    await this.host.renewLease()
    return this.#flushes.confirm()
  }

  /** Gives the worker's slot for advancing runs to another run, once. */
  yieldCpu(): void {
    if (this.#yielded) return
    this.#yielded = true
    this.host.yielded(this)
  }

  #end(how: SessionEnd, reason: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#timers.clear()
    this.#barrier.break(reason)
    this.#attempts.forgetAll(reason)
    this.yieldCpu()
    this.host.ended(this, how)
  }
}
