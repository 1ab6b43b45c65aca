export { type Acceptor, type AcceptorOptions, createAcceptor } from './accept/acceptor.js'
export { type AdmittedRun, QUEUED_PER_WORKSPACE } from './backlog.js'
export { classifyFailure, type Failure } from './batch/failure.js'
export type { OnBatch } from './batch/on-batch.js'
export { type Claimer, type ClaimerOptions, createClaimer } from './claim/claimer.js'
export { foldRun, readEventsAfter } from './claim/fold-run.js'
export { decodeHandedRun, encodeHandedRun, type HandedRun } from './claim/handed-run.js'
export { SNAPSHOT_FROM } from './claim/snapshots.js'
export type { PostResult } from './inbox.js'
export type { RunFilter } from './read/list/filter.js'
export type { RunPage } from './read/list/list-runs.js'
export { runsMatching } from './read/list/matching.js'
export type { SlotRequest } from './slots.js'
export type { DebounceRequest, RateRequest } from './starts.js'
export {
  createRunStore,
  type RunIntake,
  type RunOwnership,
  type RunReads,
  type RunStore,
  type RunStoreOptions,
  type RunSweeps,
} from './store.js'
export type { StrandedRun } from './sweep.js'
export * from './types.js'
export type { ApprovalPage, Approver, OpenApproval } from './waits/approvals.js'
export type { NewEvent, PublishedEvent } from './waits/events.js'
export type { HeldTask, TaskRequest } from './waits/tasks.js'
export { isProgress } from './write/encode.js'
export { type BatchWriter, type BatchWriterOptions, createBatchWriter } from './write/writer.js'
