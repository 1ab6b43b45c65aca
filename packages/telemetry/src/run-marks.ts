import { channel } from 'node:diagnostics_channel'

/** Where marks of runs are published; nobody listens but a benchmark. */
export const RUN_MARKS = 'millrace:run'

/**
 * How far a run has come: its insert is sent, and has committed; a worker makes its session; it asks for a flush, and
 * that has committed; its waiting caller's process has heard of the answer.
 */
export type RunMark = 'accepting' | 'accepted' | 'begun' | 'flushing' | 'durable' | 'heard'

export interface MarkedRun {
  readonly runId: string
  readonly mark: RunMark
}

const marks = channel(RUN_MARKS)

/** Costs a look at a field while nobody listens. */
export const markRun = (runId: string, mark: RunMark): void => {
  if (marks.hasSubscribers) marks.publish({ runId, mark } satisfies MarkedRun)
}
