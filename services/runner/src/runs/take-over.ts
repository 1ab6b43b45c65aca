import type { Sql } from '@millrace/db'
import { calledRuns, type Decision, decide, type RunState, type StepState, toView } from '@millrace/engine'
import { type EventFeed, encodeRunFeed, runTopic, workspaceTopic } from '@millrace/feed'
import {
  type ClaimedRun,
  type FlushUnit,
  foldRun,
  type RunIntake,
  type RunOwnership,
  type RunReads,
  type StepRow,
} from '@millrace/run-store'
import { loadGraph } from '../published/graph.js'
import type { RunRef } from '../stream/channel.js'
import type { Waker } from '../waits/waker.js'

/**
 * Finishes a run as cancelled from here, under an epoch of this process (D15). A former owner is fenced by it: its
 * steps may go on outside, but nothing of them is written (I3).
 */
export interface TakeOverDeps {
  readonly sql: Sql
  readonly store: Pick<RunIntake, 'claimForCancel'> &
    Pick<RunOwnership, 'submit'> &
    Pick<RunReads, 'readEvents'>
  readonly feed: Pick<EventFeed, 'publish'>
  readonly waker: Waker
  readonly onError: (error: unknown, what: string) => void
}

export const runTakeOver =
  (deps: TakeOverDeps) =>
  async (run: RunRef, reason: string | undefined): Promise<void> => {
    const claimed = await deps.store.claimForCancel(run.runId, run.workspaceId)
    // Ended meanwhile: the first durable terminal status wins.
    if (claimed === null) return
    const state = await readState(deps, claimed)
    // Those that hear of its end: whom it waits for, and its parent.
    const relatives = [
      ...calledRuns(state).values(),
      ...(claimed.parentRunId === null ? [] : [claimed.parentRunId]),
    ]
    const cancel = { kind: 'cancel_requested', ...(reason === undefined ? {} : { reason }) } as const
    // Its commands abort attempts, and none of them is in this process.
    const unit = cancelUnit(claimed, state, decide(state, cancel, claimed.now))
    const result = await deps.store.submit(unit)
    // Fenced: another process has claimed it since, found the message, and cancels it.
    if (result.kind !== 'durable') return
    deps.waker.wake(relatives)
    await publish(deps.feed, unit).catch((error: unknown) => deps.onError(error, 'publishing a cancel'))
  }

const readState = async ({ sql, store, onError }: TakeOverDeps, run: ClaimedRun): Promise<RunState> => {
  const { graph } = await loadGraph(sql, run.versionId)
  return foldRun(store, graph, run, (error) => onError(error, 'reading a snapshot'))
}

const cancelUnit = (run: ClaimedRun, state: RunState, { events, changed }: Decision): FlushUnit => {
  const finished = events.at(-1)
  if (finished?.type !== 'run_finished') throw new Error(`cancelling run ${run.id} did not end it`)
  return {
    runId: run.id,
    workspaceId: run.workspaceId,
    epoch: run.epoch,
    expectedSeq: run.lastSeq,
    newSeq: finished.seq,
    events,
    steps: [...changed].map((step) => stepRow(state, step)),
    run: {
      status: finished.status,
      startedAt: run.startedAt,
      finishedAt: finished.at,
      error: finished.error ?? null,
      output: null,
    },
    release: true,
    timers: [],
    consumedInbox: run.inbox.map((item) => item.id),
    limited: state.graph.definition.settings.concurrency !== undefined,
    payloads: [],
    response: undefined,
    snapshot: null,
  }
}

const stepRow = (state: RunState, step: StepState): StepRow => {
  const { path, nodeId, type, status, attempt, startedAt, finishedAt, error, wait } = toView(state, step)
  return { path, nodeId, type, status, attempt, startedAt, finishedAt, error, wait }
}

const publish = (feed: Pick<EventFeed, 'publish'>, unit: FlushUnit): Promise<void> =>
  feed.publish([
    { topic: runTopic(unit.runId), payload: encodeRunFeed(unit.events, unit.newSeq) },
    {
      topic: workspaceTopic(unit.workspaceId),
      payload: JSON.stringify({ runId: unit.runId, status: unit.run.status, lastSeq: unit.newSeq }),
    },
  ])
