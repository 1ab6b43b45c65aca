import type { Json, PayloadRef, RunStatus } from '@millrace/contracts'
import type { ClaimedRun, FlushResult, FlushUnit, InboxItem, PayloadRow, RunReads } from '@millrace/run-store'
import type { Capabilities } from '../capabilities/capabilities.js'
import type { DatabaseClock } from '../clock.js'
import type { Plan } from '../plan/plan.js'

/** What a worker needs of a session: one run that it holds. */
export interface HeldRun {
  readonly run: ClaimedRun
  readonly plan: Plan
  readonly startedAt: number | null
  /** Runs that hear of this one's end. */
  readonly relatives: readonly string[]
  flush(): void
  checkInbox(): Promise<void>
}

/** What a session needs of its worker, and no more. */
export interface SessionHost {
  readonly clock: DatabaseClock
  readonly leaseHeld: () => boolean
  renewLease(): Promise<void>
  submit(unit: FlushUnit): Promise<FlushResult>
  readInbox(runId: string): Promise<readonly InboxItem[]>
  loadPayload(run: ClaimedRun, ref: PayloadRef): Promise<Json>
  /** Tried again until the database answers. */
  readStore<T>(read: (store: RunReads) => Promise<T>): Promise<T>
  storePayload(run: ClaimedRun, payload: PayloadRow): Promise<void>
  /** The unit is durable. `status` is undefined when it has not changed. */
  published(session: HeldRun, unit: FlushUnit, status: RunStatus | undefined): void
  /** The run needs no more of the worker's CPU for now: finished, parked, or waiting on the outside. */
  yielded(session: HeldRun): void
  /** The session is over; `reason` says why where it was not its own doing. */
  ended(session: HeldRun, how: SessionEnd, reason: unknown): void
  /** A wait of the run is registered: something may have come for it before. */
  registered(session: HeldRun): void
  /** Runs that this one has called, or no longer waits for: durable, and to be rung for. */
  called(runIds: readonly string[]): void
  readonly resolveCall: Capabilities['resolveCall']
  readonly resumeUrl: (runId: string, path: string) => string
  /** Collects sessions whose events may wait a moment for company. */
  flushSoon(session: HeldRun): void
  /** The database refused what the run wants to write: the run alone must fail (D7). */
  unstorable(session: HeldRun, message: string): void
  readonly random: () => number
}

/**
 * `fenced`: another owner has the run. `lost`: this worker gives it up. `abandoned`: it is still ours, but cannot go on
 * here.
 */
export type SessionEnd = 'finished' | 'parked' | 'handed_back' | 'fenced' | 'lost' | 'abandoned'
