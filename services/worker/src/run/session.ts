import { isTerminal, type PayloadRef } from '@millrace/contracts'
import { decide, isIdle, pendingTimers, type RunInput, type RunState, type Scope } from '@millrace/engine'
import type { ClaimedRun, FlushUnit, InboxItem } from '@millrace/run-store'
import { markRun } from '@millrace/telemetry'
import type { Plan } from '../plan/plan.js'
import { DurabilityBarrier } from './barrier.js'
import { CalledRuns } from './called-runs.js'
import { FlushLine, type FlushLineHost } from './flush-line.js'
import { claimedInput, inboxInput } from './inputs.js'
import { OutcomeContexts } from './outcome-contexts.js'
import { PastItems } from './past/past-items.js'
import { PendingWrites } from './pending-writes.js'
import { type MakeAttempts, type PerformedRun, Performer } from './performer.js'
import { resolvedInput } from './resolved-input.js'
import { resumeUrlsIn, runScope } from './run-scope.js'
import { RunScopes } from './scopes.js'
import type { HeldRun, SessionEnd, SessionHost } from './session-host.js'
import { Snapshots } from './snapshots.js'
import { Caution } from './suspicion.js'

/** Delays up to this stay in memory; longer ones park the run. Milliseconds. */
const NEAR_MS = 2_000

/**
 * Owns: one claimed run in this worker: its folded state, its events that are not yet durable, and when it is given up.
 * Does not own: the lease, the writer, the plan; what is under way for it (its performer).
 *
 * 1. At most one flush of the run is in flight (D1); each begins where the last durable one ended (I4).
 * 2. Once fenced or lost, nothing is started, written or published any more (I3).
 * 3. Inbox rows are consumed by the flush of the events they cause (D3).
 * 4. State changes only by the engine's decisions, so a later fold gives the same state.
 */
export class RunSession implements HeldRun {
  readonly #state: RunState
  readonly #scopes: RunScopes
  readonly #barrier: DurabilityBarrier
  readonly #writes: PendingWrites
  readonly #snapshots: Snapshots
  readonly #contexts: OutcomeContexts
  readonly #performer: Performer
  readonly #called: CalledRuns
  readonly #caution: Caution
  readonly #flushes = new FlushLine(this.#flushHost())
  #release: Exclude<SessionEnd, 'fenced' | 'lost' | 'abandoned'> | undefined
  /** What the flush in flight releases. */
  #releasing: SessionEnd | undefined
  /** Runs whose callers the flush in flight cancels. */
  #orphaned: readonly string[] = []
  #over = false
  #draining = false
  /** Attempts that have ended and timers that have rung, whose consequences are still being worked out. */
  #busy = 0
  #yielded = false
  #toldStatus: FlushUnit['run']['status'] | undefined
  readonly #seenInbox = new Set<string>()

  constructor(
    readonly run: ClaimedRun,
    readonly plan: Plan,
    /** As far as it is durable; the session's own from here on. */
    state: RunState,
    private readonly host: SessionHost,
    makeAttempts: MakeAttempts,
  ) {
    this.#state = state
    this.#caution = new Caution(run, state)
    if (!this.#caution.isOver) this.#state.places = 1
    this.#called = new CalledRuns(this.#state)
    this.#barrier = new DurabilityBarrier(run.lastSeq)
    const urlsIn = (pass: Scope) => resumeUrlsIn(plan, pass, (path) => host.resumeUrl(run.id, path))
    const scope = runScope(run, plan, host.clock.now(), urlsIn(state))
    const loadPayload = (ref: PayloadRef) => host.loadPayload(run, ref)
    const past = new PastItems(run, this.#state, (read) => host.readStore(read), loadPayload)
    this.#scopes = new RunScopes(this.#state, scope, loadPayload, urlsIn, past)
    this.#writes = new PendingWrites(run, this.#state)
    this.#snapshots = new Snapshots(run)
    this.#contexts = new OutcomeContexts(run, plan, this.#scopes, this.#writes, host)
    this.#performer = new Performer(this.#performed(), makeAttempts)
  }

  /** Runs that hear of this one's end: its parent, and those it waits for. */
  get relatives(): readonly string[] {
    const { parentRunId } = this.run
    return parentRunId === null ? this.#called.ids : [...this.#called.ids, parentRunId]
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

  // ── inputs ──

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
        ? await resolvedInput(item, this.#state, this.#contexts.of(item.path))
        : await inboxInput(item, this.plan, this.#state, this.#scopes, this.#contexts)
    } catch (error) {
      this.#seenInbox.delete(item.id)
      throw error
    }
  }

  #apply(input: RunInput): void {
    if (this.#over) return
    const decision = decide(this.#state, input, this.host.clock.now())
    this.#writes.decided(decision)
    for (const step of decision.changed) this.#scopes.observe(step)
    for (const event of decision.events) {
      this.#contexts.observe(event)
      this.#called.observe(event)
      this.#performer.observe(event)
    }
    for (const command of decision.commands) this.#performer.perform(command)
  }

  #performed(): PerformedRun {
    return {
      run: this.run,
      plan: this.plan,
      state: this.#state,
      scopes: this.#scopes,
      barrier: this.#barrier,
      contexts: this.#contexts,
      caution: this.#caution,
      host: this.host,
      apply: (input) => this.#apply(input),
      settle: () => this.#settle(),
      // What goes wrong in it ends the session, not the process.
      inBackground: (work) => void this.#whileBusy(work).catch((error) => this.#end('abandoned', error)),
      flushSoon: () => this.host.flushSoon(this),
      flush: () => this.flush(),
      yieldCpu: () => this.#yieldCpu(),
      confirmOwnership: () => this.#confirmOwnership(),
    }
  }

  // ── rest and release ──

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

  /**
   * Called after every input: a run that is finished, drained or only waits gives up its lease with its last flush;
   * any other lets its events wait a moment for company.
   */
  #settle(): void {
    if (this.#over || this.#release !== undefined) return
    const resting = this.#performer.inFlight === 0 && this.#busy === 0
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

  // ── flushes ──

  #flushHost(): FlushLineHost {
    return {
      submit: (unit) => {
        markRun(unit.runId, 'flushing')
        return this.host.submit(unit)
      },
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
    this.#orphaned = this.#called.takeOrphans()
    const { status, startedAt, finishedAt, error, output } = this.#state
    const unit = this.#writes.take(
      this.#barrier.durable,
      this.#release !== undefined,
      { status: this.#release === 'handed_back' ? 'pending' : status, startedAt, finishedAt, error, output },
      this.#timerRows(),
    )
    const snapshot = this.#snapshots.next(this.#state, unit.events)
    return snapshot === undefined ? unit : { ...unit, snapshot }
  }

  /** Timers stand in the database only while the run is parked: whoever claims it next takes them over. */
  #timerRows(): FlushUnit['timers'] {
    if (this.#release === undefined) return undefined
    return this.#release === 'parked' ? pendingTimers(this.#state) : []
  }

  #durable(unit: FlushUnit): void {
    markRun(unit.runId, 'durable')
    if (this.#over) return
    const status = unit.run.status === this.#toldStatus ? undefined : unit.run.status
    this.#toldStatus = unit.run.status
    this.host.published(this, unit, status)
    this.#barrier.advance(unit.newSeq)
    if (this.#caution.endsWith(unit.events)) this.#quicken()
    if (this.#orphaned.length > 0) this.host.called(this.#orphaned)
    if (unit.children !== undefined) this.host.called(unit.children.map(({ id }) => id))
    if (this.#releasing !== undefined) this.#end(this.#releasing, undefined)
    else if (unit.waits !== undefined) this.host.registered(this)
  }

  /** D13: innocent as it seems, the run may have all its places again. */
  #quicken(): void {
    if (this.#draining) return
    this.#state.places = Infinity
    this.#apply({ kind: 'go_on' })
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
  #yieldCpu(): void {
    if (this.#yielded) return
    this.#yielded = true
    this.host.yielded(this)
  }

  #end(how: SessionEnd, reason: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#barrier.break(reason)
    this.#performer.stop(reason)
    this.#yieldCpu()
    this.host.ended(this, how, reason)
  }
}
