import { isTerminal, type RunEvent } from '@millrace/contracts'
import { type Decision, type RunState, type StepState, toView } from '@millrace/engine'
import type { ClaimedRun, FlushUnit, ResponseRow, StepRow, TimerRow, WaitRow } from '@millrace/run-store'

/** Owns: what one run has decided and not yet made durable. `take` empties it into one flush. */
export class PendingWrites {
  #events: RunEvent[] = []
  /** The steps themselves: those of an item that is over are no longer found by their path. */
  #touched = new Map<string, StepState>()
  #consumed: string[] = []
  #response: ResponseRow | undefined
  /** By path: waits whose steps are about to wait. */
  readonly #prepared = new Map<string, WaitRow>()
  #waits: WaitRow[] = []

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
  }

  /** Registers the wait in the flush of the event that begins it (D5). */
  prepareWait(row: WaitRow): void {
    this.#prepared.set(row.path, row)
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
      // A run that has ended waits for nothing any more.
      ...(this.#waits.length > 0 && !isTerminal(run.status) && { waits: this.#waits }),
    }
    this.#events = []
    this.#touched = new Map()
    this.#consumed = []
    this.#response = undefined
    this.#waits = []
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
