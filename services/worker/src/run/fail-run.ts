import type { MillraceError } from '@millrace/contracts'
import { decide } from '@millrace/engine'
import { type ClaimedRun, foldRun, type RunStore, readEventsAfter } from '@millrace/run-store'
import type { Plan } from '../plan/plan.js'
import type { Publisher } from '../publisher.js'
import { PendingWrites } from './pending-writes.js'
import { toStepError } from './step-error.js'

/**
 * Fails a run from its durable state, under the epoch it was claimed with. For what its session had decided but
 * could not make durable: that state is thrown away. Fenced: nothing is written, the new owner decides.
 */
export async function failRun(
  store: Pick<RunStore, 'readEvents' | 'submit'>,
  run: ClaimedRun,
  plan: Plan,
  now: number,
  error: MillraceError,
  publisher: Publisher,
): Promise<void> {
  const from = run.snapshot?.seq ?? 0
  const events = await readEventsAfter(store, run, from)
  const lastSeq = from + events.length
  const state = await foldRun(store, plan.graph, { ...run, events, lastSeq }, () => undefined)
  const reason = { ...toStepError(error), retryable: false }
  const decision = decide(state, { kind: 'fail_requested', error: reason }, now)
  const writes = new PendingWrites(run, state)
  writes.decided(decision)
  const { status, startedAt, finishedAt, output } = state
  const outcome = { status, startedAt, finishedAt, error: state.error, output }
  const unit = writes.take(lastSeq, true, outcome, [])
  const result = await store.submit({ ...unit, snapshot: null })
  if (result.kind === 'durable') publisher.durable(run.id, run.workspaceId, decision.events, status)
}
