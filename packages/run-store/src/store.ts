import type { Definition, Json, Run, RunEvent, Step, Task, WaitResult } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { type Acceptor, type AcceptorOptions, createAcceptor } from './accept/acceptor.js'
import * as backlog from './backlog.js'
import { claimForCancel } from './claim/cancel.js'
import { type Claimer, type ClaimerOptions, createClaimer } from './claim/claimer.js'
import { strayRuns } from './claim/stray-runs.js'
import { forgiveCrash, takeFrom } from './claim/take-from.js'
import * as inbox from './inbox.js'
import * as leases from './leases.js'
import * as payloads from './payloads.js'
import { type CalledRunRow, findWritten, getCalledRuns } from './read/called-runs.js'
import { lastSeqs, readEvents } from './read/events.js'
import type { RunFilter } from './read/list/filter.js'
import { listRuns, type RunPage } from './read/list/list-runs.js'
import {
  type EventPlace,
  findCompleted,
  findItemEvents,
  findUndone,
  readEventsAt,
} from './read/past-items.js'
import {
  getCompensations,
  getPastRun,
  getStepOutcomes,
  getUndoRuns,
  getUnfinishedPaths,
} from './read/past-runs.js'
import { getDefinition, getRun } from './read/runs.js'
import { getSteps } from './read/steps.js'
import * as slots from './slots.js'
import * as starts from './starts.js'
import * as sweep from './sweep.js'
import type {
  ClaimedRun,
  CompensationRow,
  InboxItem,
  InboxMessage,
  NewRun,
  PastRun,
  PayloadRow,
  ResponseRow,
  StepOutcomeRow,
  UndoRunRow,
} from './types.js'
import {
  type ApprovalPage,
  type Approver,
  getApproval,
  listApprovals,
  type OpenApproval,
} from './waits/approvals.js'
import { deleteOldEvents, type NewEvent, type PublishedEvent, publishEvent } from './waits/events.js'
import { dueWaits, type ResumeResult, resolveWait, resumeWait } from './waits/resolve.js'
import {
  finishTask,
  type HeldTask,
  leaseTasks,
  renewTask,
  returnTask,
  type TaskRequest,
  taskExists,
} from './waits/tasks.js'
import { type BatchWriter, type BatchWriterOptions, createBatchWriter } from './write/writer.js'

/** New runs, and messages to runs: for whoever takes requests. */
export interface RunIntake {
  /** See {@link Acceptor.accept}. */
  accept: Acceptor['accept']
  /** See {@link inbox.postToInbox}. */
  postToInbox(runId: string, workspaceId: string, message: InboxMessage): Promise<inbox.PostResult>
  /** See {@link slots.reserveSlot}. */
  reserveSlot(
    run: Pick<NewRun, 'id' | 'workspaceId' | 'workflowId'>,
    request: Pick<slots.SlotRequest, 'key' | 'limit'>,
  ): Promise<boolean>
  /** See {@link starts.reserveStart}. */
  reserveStart(
    run: Pick<NewRun, 'id' | 'workspaceId' | 'workflowId'>,
    request: starts.RateRequest,
  ): Promise<number>
  /** See {@link slots.dropReservation}. */
  dropReservation(runId: string): Promise<void>
  /** See {@link publishEvent}. */
  publishEvent(event: NewEvent): Promise<PublishedEvent>
  /** See {@link resumeWait}. */
  resumeWait(runId: string, path: string, payload: Json): Promise<ResumeResult>
  /** See {@link leaseTasks}. */
  leaseTasks(request: TaskRequest): Promise<Task[]>
  /** See {@link renewTask}. */
  renewTask(held: HeldTask, leaseMs: number): Promise<string | null>
  /** See {@link returnTask}. */
  returnTask(held: HeldTask): Promise<void>
  /** See {@link finishTask}. */
  finishTask(held: HeldTask, result: WaitResult): Promise<string | undefined>
  taskExists(workspaceId: string, id: string): Promise<boolean>
  /** See {@link resolveWait}. */
  resolveWait(workspaceId: string, id: string, by: string, result: WaitResult): Promise<string | undefined>
  /** See {@link claimForCancel}. */
  claimForCancel(runId: string, workspaceId: string): Promise<ClaimedRun | null>
}

/** What a worker needs to own runs and write them. `workerId` of the options is its name in every claim. */
export interface RunOwnership {
  readonly workerId: string
  /** See {@link Claimer.claim}. */
  claim: Claimer['claim']
  /** See {@link takeFrom}: as this worker. Gives up, with UNAVAILABLE, when the store closes. */
  takeFrom(runId: string, ownerId: string): Promise<ClaimedRun | null>
  /** See {@link strayRuns}: of this worker. */
  strayRuns(): Promise<string[]>
  /** See {@link forgiveCrash}. */
  forgiveCrash(runId: string): Promise<void>
  /** See {@link BatchWriter.submit}. */
  submit: BatchWriter['submit']
  /** See {@link slots.takeSlot}: before the first step of a run whose workflow limits them (D18). */
  takeSlot(run: Pick<ClaimedRun, 'id' | 'epoch'>, request: slots.SlotRequest): Promise<slots.SlotAnswer>
  /** See {@link starts.debounceStart}: before the first step of a run whose workflow debounces them. */
  debounceStart(
    run: Pick<ClaimedRun, 'id' | 'epoch'>,
    request: starts.DebounceRequest,
  ): Promise<starts.DebounceAnswer>
  /** See {@link starts.rateStart}: likewise, where it limits their rate. */
  rateStart(
    run: Pick<ClaimedRun, 'id' | 'epoch'>,
    request: Parameters<typeof starts.rateStart>[2],
  ): Promise<starts.RateAnswer>
  /** See {@link backlog.othersWait}. */
  othersWait(workspaceId: string): Promise<boolean>
  /** See {@link backlog.returnToBacklog}. */
  returnToBacklog(run: Pick<ClaimedRun, 'id' | 'epoch' | 'lastSeq'>): Promise<void>
  /** See {@link slots.admittedRuns}: to be asked after the end of such a run. */
  admittedRuns(workflowId: string): Promise<string[]>
  /** Resolves once everything submitted has been answered. */
  drain: BatchWriter['drain']
  /** See {@link payloads.putPayload}; gives up, with UNAVAILABLE, when the store closes. */
  putPayload(workspaceId: string, runId: string, payload: PayloadRow): Promise<void>
  /** See {@link leases.registerWorker}: before the first claim. `now` in milliseconds, by the database. */
  registerWorker(name: string, leaseMs: number): Promise<{ now: number }>
  /** See {@link leases.renewLease}. */
  renewLease(leaseMs: number): Promise<{ now: number } | undefined>
  /** See {@link leases.removeWorker}. */
  removeWorker(): Promise<void>
  /** Ids of this worker's runs that have messages. */
  inboxRuns(): Promise<string[]>
  readInbox(runIds: readonly string[]): Promise<Map<string, InboxItem[]>>
  /** See {@link inbox.hasInbox}: to be asked after every park (D4). */
  hasInbox(runIds: readonly string[]): Promise<Set<string>>
  databaseNow(): Promise<number>
}

/** For the sweeper; see sweep.ts. */
export interface RunSweeps {
  findStrandedRuns(limit: number): Promise<sweep.StrandedRun[]>
  allUnleasedRuns(afterId: string | null, limit: number): Promise<sweep.StrandedRun[]>
  markEnqueued(rows: readonly { runId: string; jobId: string }[]): Promise<void>
  postponeSweep(runIds: readonly string[]): Promise<void>
  dueTimers(limit: number): Promise<string[]>
  /** See {@link dueWaits}. */
  dueWaits(limit: number): Promise<string[]>
  /** See {@link starts.dueStarts}. */
  dueStarts(limit: number): Promise<string[]>
  /** See {@link starts.cleanStarts}. */
  cleanStarts(): Promise<void>
  deleteOldEvents(): Promise<number>
  /** See {@link backlog.admitBacklog}. */
  admitBacklog(patience: readonly number[]): Promise<backlog.AdmittedRun[]>
  deleteUnreadMessages(): Promise<number>
  deleteDeadWorkers(): Promise<number>
  /** See {@link slots.cleanSlots}. */
  cleanSlots(): Promise<void>
  /** See {@link leases.untilNextLapse}. */
  untilNextLapse(): Promise<number | undefined>
}

/** For screens and callers. Everything but `lastSeqs`, which tells numbers only, is bound to a workspace (I9). */
export interface RunReads {
  getRun(workspaceId: string, runId: string): Promise<Run | null>
  getDefinition(workspaceId: string, runId: string): Promise<Definition | null>
  /** See {@link listRuns}. */
  listRuns(workspaceId: string, filter: RunFilter, beforeId: string | null, limit: number): Promise<RunPage>
  getSteps(workspaceId: string, runId: string): Promise<Step[]>
  getPastRun(workspaceId: string, runId: string): Promise<PastRun | null>
  /** See {@link getStepOutcomes}. */
  getStepOutcomes(workspaceId: string, runId: string): Promise<StepOutcomeRow[]>
  /** See {@link getUnfinishedPaths}: at these nodes, those of items included. */
  getUnfinishedPaths(workspaceId: string, runId: string, nodeIds: readonly string[]): Promise<string[]>
  /** See {@link getCalledRuns}. */
  getCalledRuns(workspaceId: string, runId: string): Promise<CalledRunRow[]>
  /** See {@link findWritten}. */
  findWritten(
    workspaceId: string,
    runIds: readonly string[],
    writes: readonly string[],
    guarded: readonly string[],
  ): Promise<string[]>
  /** See {@link getCompensations}. */
  getCompensations(
    workspaceId: string,
    runIds: readonly string[],
    nodeIds: readonly string[],
  ): Promise<CompensationRow[]>
  /** See {@link getUndoRuns}. */
  getUndoRuns(workspaceId: string, runId: string): Promise<UndoRunRow[]>
  readEvents(workspaceId: string, runId: string, afterSeq: number, limit: number): Promise<RunEvent[]>
  /** See {@link findCompleted}. */
  findCompleted(
    workspaceId: string,
    runId: string,
    nodeIds: readonly string[],
    before: number,
    limit: number,
  ): Promise<EventPlace[]>
  /** See {@link findUndone}. */
  findUndone(workspaceId: string, runId: string, paths: readonly string[]): Promise<Set<string>>
  /** See {@link findItemEvents}. */
  findItemEvents(
    workspaceId: string,
    runId: string,
    prefixes: readonly string[],
    maps: readonly string[],
  ): Promise<EventPlace[]>
  /** Those with these numbers, in order. */
  readEventsAt(workspaceId: string, runId: string, seqs: readonly number[]): Promise<RunEvent[]>
  lastSeqs(runIds: readonly string[]): Promise<Map<string, number>>
  queuedRuns(workspaceId: string): Promise<backlog.QueuedRuns>
  getPayload(workspaceId: string, runId: string, key: string): Promise<string | undefined>
  getResponse(workspaceId: string, runId: string): Promise<ResponseRow | undefined>
  /** See {@link listApprovals}. */
  listApprovals(
    workspaceId: string,
    mine: Approver | undefined,
    afterId: string | null,
    limit: number,
  ): Promise<ApprovalPage>
  getApproval(workspaceId: string, id: string): Promise<OpenApproval | null>
}

/** The only code that writes runs, steps and events. Depend on the part you need. */
export interface RunStore extends RunIntake, RunOwnership, RunSweeps, RunReads {
  /** Stops retrying and resolves once everything in hand has been answered. The pools stay open: they are the caller's. */
  close(): Promise<void>
}

export interface RunStoreOptions {
  /** This process as an owner of runs. A process that never claims needs no lease. */
  readonly workerId: string
  /** The pool that accepts runs, with the role for that (D17); by default the store's own. */
  readonly intake?: Sql
  readonly accept?: AcceptorOptions
  readonly write?: BatchWriterOptions
  readonly claim?: Omit<ClaimerOptions, 'workerId'>
}

export const createRunStore = (sql: Sql, options: RunStoreOptions): RunStore => {
  const acceptor = createAcceptor(options.intake ?? sql, options.accept)
  const claimer = createClaimer(sql, { ...options.claim, workerId: options.workerId })
  const writer = createBatchWriter(sql, options.write)
  const closing = new AbortController()
  return {
    accept: acceptor.accept,
    postToInbox: (runId, workspaceId, message) => inbox.postToInbox(sql, runId, workspaceId, message),
    publishEvent: (event) => publishEvent(sql, event),
    resumeWait: (runId, path, payload) => resumeWait(sql, runId, path, payload),
    leaseTasks: (request) => leaseTasks(sql, request),
    renewTask: (held, leaseMs) => renewTask(sql, held, leaseMs),
    returnTask: (held) => returnTask(sql, held),
    finishTask: (held, result) => finishTask(sql, held, result),
    taskExists: (workspaceId, id) => taskExists(sql, workspaceId, id),
    resolveWait: (workspaceId, id, by, result) => resolveWait(sql, workspaceId, id, by, result),
    claimForCancel: (runId, workspaceId) => claimForCancel(sql, runId, workspaceId),

    workerId: options.workerId,
    claim: claimer.claim,
    takeFrom: (runId, ownerId) => takeFrom(sql, runId, ownerId, options.workerId, closing.signal),
    strayRuns: () => strayRuns(sql, options.workerId),
    forgiveCrash: (runId) => forgiveCrash(sql, runId),
    submit: writer.submit,
    takeSlot: (run, request) => slots.takeSlot(sql, run, request),
    admittedRuns: (workflowId) => slots.admittedRuns(sql, workflowId),
    othersWait: (workspaceId) => backlog.othersWait(sql, workspaceId),
    returnToBacklog: (run) => backlog.returnToBacklog(sql, run),
    debounceStart: (run, request) => starts.debounceStart(sql, run, request),
    rateStart: (run, request) => starts.rateStart(sql, run, request),
    reserveStart: (run, request) => starts.reserveStart(sql, run, request),
    reserveSlot: (run, request) => slots.reserveSlot(sql, run, request),
    dropReservation: (runId) => slots.dropReservation(sql, runId),
    drain: writer.drain,
    putPayload: (workspaceId, runId, payload) =>
      payloads.putPayload(sql, workspaceId, runId, payload, closing.signal),
    registerWorker: (name, leaseMs) => leases.registerWorker(sql, options.workerId, name, leaseMs),
    renewLease: (leaseMs) => leases.renewLease(sql, options.workerId, leaseMs),
    removeWorker: () => leases.removeWorker(sql, options.workerId),
    inboxRuns: () => inbox.inboxRunsOf(sql, options.workerId),
    readInbox: (runIds) => inbox.readInbox(sql, runIds),
    hasInbox: (runIds) => inbox.hasInbox(sql, runIds),
    databaseNow: () => leases.databaseNow(sql),

    findStrandedRuns: (limit) => sweep.findStrandedRuns(sql, limit),
    allUnleasedRuns: (afterId, limit) => sweep.allUnleasedRuns(sql, afterId, limit),
    markEnqueued: (rows) => sweep.markEnqueued(sql, rows),
    postponeSweep: (runIds) => sweep.postponeSweep(sql, runIds),
    admitBacklog: (patience) => backlog.admitBacklog(sql, patience),
    queuedRuns: (workspaceId) => backlog.queuedRuns(sql, workspaceId),
    dueTimers: (limit) => sweep.dueTimers(sql, limit),
    dueWaits: (limit) => dueWaits(sql, limit),
    dueStarts: (limit) => starts.dueStarts(sql, limit),
    cleanStarts: () => starts.cleanStarts(sql),
    deleteOldEvents: () => deleteOldEvents(sql),
    deleteUnreadMessages: () => sweep.deleteUnreadMessages(sql),
    cleanSlots: () => slots.cleanSlots(sql),
    deleteDeadWorkers: () => leases.deleteDeadWorkers(sql),
    untilNextLapse: () => leases.untilNextLapse(sql),

    getRun: (workspaceId, runId) => getRun(sql, workspaceId, runId),
    getDefinition: (workspaceId, runId) => getDefinition(sql, workspaceId, runId),
    listRuns: (workspaceId, filter, beforeId, limit) =>
      listRuns(sql, { workspaceId, filter, beforeId, limit, now: () => performance.now() }),
    getSteps: (workspaceId, runId) => getSteps(sql, workspaceId, runId),
    getPastRun: (workspaceId, runId) => getPastRun(sql, workspaceId, runId),
    getStepOutcomes: (workspaceId, runId) => getStepOutcomes(sql, workspaceId, runId),
    getUnfinishedPaths: (workspaceId, runId, nodeIds) => getUnfinishedPaths(sql, workspaceId, runId, nodeIds),
    getCalledRuns: (workspaceId, runId) => getCalledRuns(sql, workspaceId, runId),
    findWritten: (...query) => findWritten(sql, ...query),
    getCompensations: (workspaceId, runIds, nodeIds) => getCompensations(sql, workspaceId, runIds, nodeIds),
    getUndoRuns: (workspaceId, runId) => getUndoRuns(sql, workspaceId, runId),
    readEvents: (workspaceId, runId, afterSeq, limit) => readEvents(sql, workspaceId, runId, afterSeq, limit),
    findCompleted: (...query) => findCompleted(sql, ...query),
    findUndone: (...query) => findUndone(sql, ...query),
    findItemEvents: (...query) => findItemEvents(sql, ...query),
    readEventsAt: (...query) => readEventsAt(sql, ...query),
    lastSeqs: (runIds) => lastSeqs(sql, runIds),
    getPayload: (workspaceId, runId, key) => payloads.getPayload(sql, workspaceId, runId, key),
    listApprovals: (workspaceId, mine, afterId, limit) =>
      listApprovals(sql, workspaceId, mine, afterId, limit),
    getApproval: (workspaceId, id) => getApproval(sql, workspaceId, id),
    getResponse: (workspaceId, runId) => payloads.getResponse(sql, workspaceId, runId),

    close: async () => {
      closing.abort()
      await Promise.all([acceptor.close(), claimer.close(), writer.close()])
    },
  }
}
