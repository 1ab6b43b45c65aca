import type { NodeResponse } from '@millrace/nodes'
import type { ChildRow, PayloadRow, WaitRow } from '@millrace/run-store'
import type { CallTarget } from '../calls/resolve-call.js'
import type { Plan } from '../plan/plan.js'
import type { RunScope } from './scope.js'

/** A step at one of its attempts; `node` by its place in the graph. */
export interface StepRef {
  readonly path: string
  readonly node: number
  readonly attempt: number
}

/** What working out the end of an attempt needs of its run. */
export interface OutcomeContext {
  readonly runId: string
  readonly plan: Plan
  readonly scope: RunScope
  readonly epoch: number
  /** Milliseconds, database time. */
  readonly now: number
  /** In [0, 1). */
  readonly random: number
  storePayload(row: PayloadRow): Promise<void>
  /** Registers a wait with the event that begins it. */
  prepareWait(row: WaitRow): void
  /** Makes a run with the event of the step that calls it. */
  prepareChild(row: ChildRow): void
  /** See {@link callResolver}. */
  resolveCall(workflow: string, version: number | undefined): Promise<CallTarget>
  /** True for the first response of the run with somebody waiting for it: others are not delivered. */
  claimResponse(response: NodeResponse): boolean
}
