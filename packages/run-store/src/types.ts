import type {
  Json,
  OutsideWait,
  PayloadRef,
  Priority,
  Reused,
  RunEvent,
  RunSeed,
  RunSnapshot,
  RunStatus,
  StepError,
  StepStatus,
  Wait,
  WaitResult,
} from '@millrace/contracts'

/** The shapes that go in and out of the run store: the only code that writes runs, steps and events. */

export interface NewRun {
  /** Made by the client side of the store, so that an accept whose answer was lost can be retried (D6). */
  readonly id: string
  readonly workspaceId: string
  readonly workflowId: string
  readonly versionId: string
  readonly trigger: string
  readonly input: Json
  readonly priority: Priority
  readonly idempotencyKey: string | null
  /** Hash of the request, compared when the key was seen before (D17). */
  readonly requestHash: string | null
  readonly parentRunId?: string
  /** The user who starts it by hand. */
  readonly startedBy?: string
  /** The run it was made from: a retry, a rerun. */
  readonly originRunId?: string
  readonly seed?: RunSeed
  /** True for one that may kill its worker: it plays alone from its first claim on (D13). */
  readonly suspect?: boolean
  /** True for a run that nobody rings for: it waits to be admitted to the queue (D19). */
  readonly backlog?: boolean
  /**
   * The worker that has a place for it. Only for a run that needs nothing but a place: no seed, no origin, no parent,
   * no turn, no suspicion.
   */
  readonly claimFor?: string
}

export type AcceptResult =
  | {
      readonly kind: 'accepted'
      readonly runId: string
      /** To be handed to the worker it was accepted for; undefined: ring for it. */
      readonly claimed: ClaimedRun | undefined
    }
  /** The same key and the same request: the run it made. */
  | { readonly kind: 'replayed'; readonly runId: string }
  /** The same key with another request. */
  | { readonly kind: 'key_reused'; readonly runId: string }

/** A finished run, as far as making another run of it goes. */
export interface PastRun {
  readonly id: string
  readonly workflowId: string
  readonly versionId: string
  readonly status: RunStatus
  readonly trigger: string
  readonly input: Json
  readonly priority: Priority
  readonly keyRunId: string
  /** Why it failed; null when it did not. */
  readonly errorCode: string | null
  /** It is there to undo its origin. */
  readonly undoes: boolean
  readonly lastSeq: number
}

/** How a step ended, without what came out of it. */
export interface StepOutcomeRow {
  readonly path: string
  /** True for a failure that was handled. */
  readonly failed: boolean
  /** Indices into the edges of the run's version. */
  readonly taken: readonly number[]
  /** True for a failure that was taken for an output. */
  readonly erred: boolean
  /** The run that worked it out; null where a person gave it. */
  readonly sourceRunId: string | null
}

/** A step that was started to undo what a run has done: in that run, or in one made to undo it. */
export interface CompensationRow {
  /** The run that did what it undoes. */
  readonly runId: string
  readonly path: string
  /** False when it did not come to a good end. */
  readonly completed: boolean
}

export interface UndoRunRow {
  readonly id: string
  readonly status: RunStatus
}

/** A run as its new owner needs it. `now` is the database's clock at the claim (D8). */
export interface ClaimedRun {
  readonly id: string
  readonly workspaceId: string
  readonly workflowId: string
  readonly versionId: string
  readonly status: RunStatus
  readonly trigger: string
  readonly input: Json
  readonly epoch: number
  readonly lastSeq: number
  readonly crashCount: number
  readonly originRunId: string | null
  readonly parentRunId: string | null
  /** Root of its idempotency keys: the run itself, or the one it retries. */
  readonly keyRunId: string
  /** By path: outcomes that are given, those it has already taken over left out. */
  readonly seeds: ReadonlyMap<string, SeededOutcome>
  /** Of a run that undoes another one: what it undoes of that. */
  readonly undo: RunSeed['undo']
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly startedAt: number | null
  /** The database's clock at the claim, milliseconds since the epoch. */
  readonly now: number
  /** Whose it was until this claim. Undefined when it had no owner, or nobody knows any more whose it was. */
  readonly leftBy?: FormerOwner | undefined
  /** Where a fold of its events begins (D20). */
  readonly snapshot: StoredSnapshot | null
  /** Read after the claim has committed (D2), in order, after the snapshot if there is one, ending exactly at `lastSeq`. */
  readonly events: readonly RunEvent[]
  readonly inbox: readonly InboxItem[]
}

/** An owner that has left runs: its lease ran out (lost), or it had said goodbye (stopped). */
export interface FormerOwner {
  readonly workerId: string
  readonly how: 'lost' | 'stopped'
}

/** As it stands in the database: whoever folds from it looks whether it can be read. */
export interface StoredSnapshot {
  readonly seq: number
  readonly state: Json
  /** Whether the run has answered its caller. */
  readonly responded: boolean
}

/** How a step ends without being executed. */
export interface SeededOutcome {
  readonly output?: Json
  /** Names the run that holds it. */
  readonly outputRef?: PayloadRef
  readonly error?: StepError
  /** True for a failure that was handled; the error is then given. */
  readonly failed: boolean
  /** The edges it takes; undefined: to be worked out for `ports`. */
  readonly taken: readonly number[] | undefined
  /** The main port when left out. */
  readonly ports?: readonly string[]
  readonly reused: Reused
}

export type InboxMessage =
  | { readonly kind: 'cancel'; readonly reason?: string }
  | { readonly kind: 'pause'; readonly by?: string }
  | { readonly kind: 'resume' }
  /** How many wait for the run's answer has changed by this. */
  | { readonly kind: 'callers'; readonly change: 1 | -1 }
  | { readonly kind: 'timer'; readonly path: string; readonly timer: TimerKind; readonly attempt: number }
  | {
      readonly kind: 'wait_resolved'
      readonly path: string
      readonly attempt: number
      readonly result: WaitResult
    }
  /** Others are asked now: the step waits anew. */
  | {
      readonly kind: 'wait_escalated'
      readonly path: string
      readonly attempt: number
      readonly wait: Wait
    }

export type InboxItem = { readonly id: string } & InboxMessage

export type TimerKind = 'retry' | 'delay' | 'step_timeout' | 'run_timeout'

export interface TimerRow {
  readonly path: string
  readonly kind: TimerKind
  readonly attempt: number
  /** Milliseconds since the epoch. */
  readonly dueAt: number
}

/** The latest state of one step, for lists and filters; the events stay the truth. */
export interface StepRow {
  readonly path: string
  readonly nodeId: string
  readonly type: string
  readonly status: StepStatus
  readonly attempt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly error: StepError | null
  readonly wait: Wait | null
}

export interface PayloadRow {
  /** `<path>/<attempt>/<epoch>`, unique in the run (D21). */
  readonly key: string
  readonly body: string
}

export interface ResponseRow {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Json
}

/** A wait that begins in this flush: see the waits table (D5, D14). */
export interface WaitRow {
  readonly path: string
  readonly attempt: number
  readonly kind: OutsideWait['kind']
  /** An event's name, a task's queue; the run's own id for its resume URL. */
  readonly name: string | null
  /** An event's key; the step's path for its resume URL. */
  readonly key: string | null
  /** Milliseconds since the epoch; null: it waits for ever. */
  readonly deadline: number | null
  /** How it ends at its deadline. */
  readonly onTimeout: WaitResult | null
  readonly details: Json
}

/** A run that a step calls, made in the flush of the step's event (D5). */
export interface ChildRow {
  readonly id: string
  readonly workflowId: string
  readonly versionId: string
  readonly trigger: string
  readonly input: Json
  /** Of the step that calls. */
  readonly path: string
  readonly attempt: number
}

/** Everything one flush writes for one run, or nothing of it (D1, D5). */
export interface FlushUnit {
  readonly runId: string
  readonly workspaceId: string
  readonly epoch: number
  /** `last_seq` before and after; `events` fill the gap densely (I4). */
  readonly expectedSeq: number
  readonly newSeq: number
  readonly events: readonly RunEvent[]
  readonly steps: readonly StepRow[]
  readonly run: {
    readonly status: RunStatus
    readonly startedAt: number | null
    readonly finishedAt: number | null
    readonly error: StepError | null
    readonly output: Json | null
  }
  /** True for a run whose workflow limits how many there are: its end frees a place (D18). */
  readonly limited?: boolean
  /** True gives up the lease in the same write: finished, parked or handed back. */
  readonly release: boolean
  /** Undefined leaves the run's timers alone; an array replaces them all. */
  readonly timers: readonly TimerRow[] | undefined
  readonly consumedInbox: readonly string[]
  readonly payloads: readonly PayloadRow[]
  readonly response: ResponseRow | undefined
  readonly waits?: readonly WaitRow[]
  readonly children?: readonly ChildRow[]
  /** The state after the last event (D20); null forgets the run's snapshot, undefined leaves it alone. */
  readonly snapshot?: RunSnapshot | null | undefined
}

export type FlushResult =
  | { readonly kind: 'durable' }
  /** Another epoch owns the run, or it is gone: stop all work on it at once (I3). */
  | { readonly kind: 'fenced' }
  /** The database refused this unit's data and nothing of it was written (D7). */
  | { readonly kind: 'unstorable'; readonly message: string }
