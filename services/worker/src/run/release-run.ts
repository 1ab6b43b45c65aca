import type { MillraceError, RunEvent } from '@millrace/contracts'
import type { ClaimedRun, FlushUnit, RunStore } from '@millrace/run-store'
import { toStepError } from './step-error.js'

type Writer = Pick<RunStore, 'submit' | 'lastSeqs'>

/**
 * Gives back a run that cannot go on in this worker, as far as it is durable; the sweeper rings for it again.
 * `startedAt` as far as it is known here. A run that another owner has by now stays as it is.
 */
export async function handBack(store: Writer, run: ClaimedRun, startedAt = run.startedAt): Promise<void> {
  let known: number | undefined
  for (;;) {
    const durable = (await store.lastSeqs([run.id])).get(run.id)
    // Fenced twice at the same place: it is the epoch that has moved on, not a last flush of our own.
    if (durable === undefined || durable === known) return
    known = durable
    const row = {
      status: 'pending',
      startedAt: durable === 0 ? null : startedAt,
      finishedAt: null,
      error: null,
      output: null,
    } as const
    const { kind } = await store.submit(releasing({ ...run, lastSeq: durable }, [], row))
    if (kind !== 'fenced') return
  }
}

/** Ends a run that cannot begin, now or later. Its one event needs no graph. */
export async function endUnrunnable(
  store: Writer,
  run: ClaimedRun,
  now: number,
  cause: MillraceError,
  status: 'failed' | 'cancelled',
): Promise<readonly RunEvent[]> {
  const error = { ...toStepError(cause), retryable: false }
  const event: RunEvent = { type: 'run_finished', seq: run.lastSeq + 1, at: now, status, error }
  const ended = { status, startedAt: run.startedAt, finishedAt: now, error, output: null } as const
  const { kind } = await store.submit(releasing(run, [event], ended))
  return kind === 'durable' ? [event] : []
}

const releasing = (run: ClaimedRun, events: readonly RunEvent[], row: FlushUnit['run']): FlushUnit => ({
  runId: run.id,
  workspaceId: run.workspaceId,
  epoch: run.epoch,
  expectedSeq: run.lastSeq,
  newSeq: run.lastSeq + events.length,
  events,
  steps: [],
  run: row,
  release: true,
  timers: events.length === 0 ? undefined : [],
  consumedInbox: [],
  payloads: [],
  response: undefined,
  ...(events.length > 0 && { snapshot: null }),
})
