import type { MillraceError, RunEvent } from '@millrace/contracts'
import type { ClaimedRun, FlushUnit, RunStore } from '@millrace/run-store'

type Writer = Pick<RunStore, 'submit'>

/** Gives back a run that could not be taken up, as it was claimed; the sweeper rings for it again. */
export async function handBack(store: Writer, run: ClaimedRun): Promise<void> {
  await store.submit(
    releasing(run, [], {
      status: 'pending',
      startedAt: run.startedAt,
      finishedAt: null,
      error: null,
      output: null,
    }),
  )
}

/** Ends a run whose version this worker can never run. Its one event needs no graph. */
export async function endUnrunnable(
  store: Writer,
  run: ClaimedRun,
  now: number,
  cause: MillraceError,
): Promise<readonly RunEvent[]> {
  const error = { code: cause.code, message: cause.message, hint: cause.hint, retryable: false }
  const event: RunEvent = { type: 'run_finished', seq: run.lastSeq + 1, at: now, status: 'failed', error }
  const ended = { status: 'failed', startedAt: run.startedAt, finishedAt: now, error, output: null } as const
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
})
