import { isTerminal, type RunEvent } from '@millrace/contracts'
import { type Decision, type RunState, type StepState, toView } from '@millrace/engine'
import type {
  ChildRow,
  ClaimedRun,
  FlushUnit,
  ResponseRow,
  StepRow,
  TimerRow,
  WaitRow,
} from '@millrace/run-store'

/** Owns: what one run has decided and not yet made durable. `take` empties it into one flush. */
export class PendingWrites {
  #events: RunEvent[] = []
  /** The steps themselves: those of an item that is over are no longer found by their path. */
  #touched = new Map<string, StepState>()
  #consumed: string[] = []
  #response: ResponseRow | undefined
  /** By path: waits whose steps are about to wait, and runs that they are about to call. */
  readonly #prepared = new Map<string, WaitRow>()
  readonly #calling = new Map<string, ChildRow>()
  #waits: WaitRow[] = []
  #children: ChildRow[] = []

  constructor(
    private readonly run: ClaimedRun,
    private readonly state: RunState,
  ) {}

  get empty(): boolean {
    return this.#events.length === 0 && this.#consumed.length === 0
  }

  decided({ events, changed }: Decision): void {
    for (const event of events) {
      this.#events.push(event)
      if ('path' in event && event.type !== 'step_log') this.#register(event)
    }
    for (const step of changed) this.#touched.set(step.path, step)
  }

  #register({ path, type }: Extract<RunEvent, { path: string }>): void {
    const wait = this.#prepared.get(path)
    this.#prepared.delete(path)
    if (wait !== undefined && type === 'step_waiting') this.#waits.push(wait)
    const child = this.#calling.get(path)
    this.#calling.delete(path)
    if (child !== undefined && (type === 'step_waiting' || type === 'step_succeeded'))
      this.#children.push(child)
    if (type === 'step_cancelled') this.#withdraw(path)
  }

  /** The step that was about to wait does not: what it asked for is not written at all. */
  #withdraw(path: string): void {
    this.#waits = this.#waits.filter((wait) => wait.path !== path)
    this.#children = this.#children.filter((child) => child.path !== path)
  }

  /** Registers the wait in the flush of the event that begins it (D5). */
  prepareWait(row: WaitRow): void {
    this.#prepared.set(row.path, row)
  }

  /** Makes the run in the flush of the event of the step that calls it (D5). */
  prepareChild(row: ChildRow): void {
    this.#calling.set(row.path, row)
  }

  consumes(inboxId: string): void {
    this.#consumed.push(inboxId)
  }

  respond(response: ResponseRow): void {
    this.#response = response
  }

  /** One flush's worth, from `expectedSeq` on. */
  take(
    expectedSeq: number,
    release: FlushUnit['release'],
    run: FlushUnit['run'],
    timers: readonly TimerRow[] | undefined,
  ): FlushUnit {
    // A run that has ended waits for nothing any more.
    const waits = isTerminal(run.status) ? [] : this.#waits
    const unneeded = new Set(isTerminal(run.status) ? this.#waits.map(({ name }) => name) : [])
    const children = this.#children.filter(({ id }) => !unneeded.has(id))
    const unit: FlushUnit = {
      runId: this.run.id,
      workspaceId: this.run.workspaceId,
      epoch: this.run.epoch,
      expectedSeq,
      newSeq: expectedSeq + this.#events.length,
      events: this.#events,
      steps: [...this.#touched.values()].map((step) => this.#stepRow(step)),
      run,
      limited: this.state.graph.definition.settings.concurrency !== undefined,
      release,
      timers,
      consumedInbox: this.#consumed,
      payloads: [],
      response: this.#response,
      ...(waits.length > 0 && { waits }),
      ...(children.length > 0 && { children }),
    }
    this.#events = []
    this.#touched = new Map()
    this.#consumed = []
    this.#response = undefined
    this.#waits = []
    this.#children = []
    return unit
  }

  #stepRow(step: StepState): StepRow {
    const view = toView(this.state, step)
    return {
      path: view.path,
      nodeId: view.nodeId,
      type: view.type,
      status: view.status,
      attempt: view.attempt,
      startedAt: view.startedAt,
      finishedAt: view.finishedAt,
      error: view.error,
      wait: view.wait,
    }
  }
}
