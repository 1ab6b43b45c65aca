import type { MillraceError } from '@millrace/contracts'
import { decide, foldEvents } from '@millrace/engine'
import type { ClaimedRun, RunStore } from '@millrace/run-store'
import type { Plan } from '../plan/plan.js'
import type { Publisher } from '../publisher.js'
import { PendingWrites } from './pending-writes.js'
import { toStepError } from './step-error.js'

/** Pages of events read back. */
const PAGE = 10_000

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
  const events = []
  for (;;) {
    const page = await store.readEvents(run.workspaceId, run.id, events.length, PAGE)
    events.push(...page)
    if (page.length < PAGE) break
  }
  const state = foldEvents(plan.graph, { trigger: run.trigger, input: run.input }, events, events.length)
  const reason = { ...toStepError(error), retryable: false }
  const decision = decide(state, { kind: 'fail_requested', error: reason }, now)
  const writes = new PendingWrites(run, state)
  writes.decided(decision)
  const { status, startedAt, finishedAt, output } = state
  const outcome = { status, startedAt, finishedAt, error: state.error, output }
  const result = await store.submit(writes.take(events.length, true, outcome, []))
  if (result.kind === 'durable') publisher.durable(run.id, run.workspaceId, decision.events, status)
}
