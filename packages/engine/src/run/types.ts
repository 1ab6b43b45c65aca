import type {
  Json,
  PayloadRef,
  Reused,
  RunEvent,
  StepError,
  TerminalRunStatus,
  Wait,
} from '@millrace/contracts'

import type { StepState } from './state.js'

/**
 * The vocabulary of the run machine: what happens to a run (`RunInput`), what it decides (`Decision`).
 * Times are milliseconds since the epoch by the database's clock; the caller passes them in.
 */

export type RunInput =
  /** A worker has claimed the run: start it, or pick up what a former owner left. */
  | {
      readonly kind: 'claimed'
      /** On the first claim: edges taken by the fired trigger; all of them when left out. */
      readonly taken?: readonly number[]
      /** Steps left running whose node has `onCrash: 'fail'`, with the edges to take for that failure (I5). */
      readonly crashed?: ReadonlyMap<string, readonly number[]>
      /** How the former owner left it: its lease ran out, or it stopped. Left out where nobody knows. */
      readonly left?: 'lost' | 'stopped' | undefined
    }
  | {
      readonly kind: 'step_completed'
      readonly path: string
      readonly attempt: number
      readonly output: Json | undefined
      readonly outputRef?: PayloadRef
      /** Edge indices taken, worked out by the worker from the emitted ports and `when` (I7). */
      readonly taken: readonly number[]
      /** The failure behind an output that was taken over (`onError: 'continue'`). */
      readonly error?: StepError
      readonly reused?: Reused
    }
  | {
      readonly kind: 'step_errored'
      readonly path: string
      readonly attempt: number
      readonly error: StepError
      /** In [0, 1): the jitter of the next delay. */
      readonly random: number
      /** Edges to take if the error is final: of the error port (`route`) or the main port (`continue`). */
      readonly taken: readonly number[]
      /** False for tries that were not made (`CIRCUIT_OPEN`): they use up an attempt once the step has waited for `timeoutMs`. Default true. */
      readonly counted?: boolean
      /** A failure that was taken over: it is final. */
      readonly reused?: Reused
    }
  | {
      readonly kind: 'step_waits'
      readonly path: string
      readonly attempt: number
      readonly wait: Wait
      /** Of a map that begins: its items, or where their pages are stored. */
      readonly items?: readonly Json[]
      readonly itemsKey?: string
    }
  /** Answer to `execute_page` and `settle_page`. */
  | {
      readonly kind: 'page_done'
      readonly path: string
      readonly attempt: number
      readonly page: number
      readonly completed: number
      readonly failed: number
      readonly output?: readonly Json[]
      readonly outputRef?: PayloadRef
    }
  /** Answer to `find_undoable`: paths of the steps that undo what completed before `asked`, the latest completion first. */
  | {
      readonly kind: 'undoable_found'
      readonly asked: number
      readonly paths: readonly string[]
      /** Less than `asked`: there may be more before this event. */
      readonly before?: number
    }
  /** A running step ends the run at once. `error` when it fails. */
  | {
      readonly kind: 'stop_requested'
      readonly path: string
      readonly attempt: number
      readonly status: 'completed' | 'failed'
      readonly error?: StepError
      readonly output?: Json
    }
  | {
      readonly kind: 'step_logged'
      readonly path: string
      readonly attempt: number
      readonly level: 'debug' | 'info' | 'warn' | 'error'
      readonly message: string
      readonly data?: Json
    }
  /** An aborted step has come to its end, or its grace (2 s) is over. */
  | { readonly kind: 'step_aborted'; readonly path: string; readonly attempt: number }
  /** A retry delay of this path is over. Stale ones (another attempt) are ignored. */
  | { readonly kind: 'retry_due'; readonly path: string; readonly attempt: number }
  /** The time of a container is over. Early, because a pause has moved the deadline: its timer is set again. */
  | {
      readonly kind: 'step_timed_out'
      readonly path: string
      readonly attempt: number
      readonly error: StepError
      /** Edges to take for that failure, as those of `step_errored`. */
      readonly taken: readonly number[]
    }
  /** The run's timer has rung. Early, because a pause has moved the deadline: it is set again. */
  | { readonly kind: 'run_timed_out' }
  /** The run cannot go on for a reason outside of its steps. */
  | { readonly kind: 'fail_requested'; readonly error: StepError }
  | { readonly kind: 'cancel_requested'; readonly reason?: string }
  /** A run that has not started cannot be paused: claim it first. */
  | { readonly kind: 'pause_requested'; readonly by?: string }
  | { readonly kind: 'resume_requested' }
  /** The owner lets more steps run at once than it did (`places`). */
  | { readonly kind: 'go_on' }
  /** The worker has nothing left to do for this run but wait (see `isIdle`): park it. */
  | { readonly kind: 'park' }

export type Command =
  | {
      readonly kind: 'execute_step'
      readonly path: string
      /** Index into the graph's nodes. */
      readonly node: number
      readonly attempt: number
      /** Everything up to this seq must be durable before a write step may start (the barrier). */
      readonly after: number
    }
  /** End the step with the outcome it is seeded with: `step_completed` or `step_errored`, marked `reused`. */
  | {
      readonly kind: 'reuse_step'
      readonly path: string
      readonly node: number
      readonly attempt: number
    }
  | { readonly kind: 'abort_step'; readonly path: string; readonly attempt: number; readonly reason: string }
  /** Ring back with `retry_due` at this time: in memory when near, else as a timer row of the park. */
  | {
      readonly kind: 'start_retry_timer'
      readonly path: string
      readonly attempt: number
      readonly dueAt: number
    }
  /** End the step's `timer` wait at this time: `step_completed`, with the edges to take. */
  | {
      readonly kind: 'start_delay_timer'
      readonly path: string
      readonly attempt: number
      readonly dueAt: number
    }
  /** Ring back with `step_timed_out` at this time. */
  | {
      readonly kind: 'start_timeout_timer'
      readonly path: string
      readonly attempt: number
      readonly dueAt: number
    }
  | { readonly kind: 'start_run_timer'; readonly dueAt: number }
  /** All items are done, or the container has failed: answer as for a step, `step_completed` or `step_errored`. */
  | ContainerChore<'close_container'>
  /** Evaluate whether the repeat goes on: `step_waits` for the next iteration, or its end. */
  | (ContainerChore<'check_iteration'> & { readonly index: number })
  /** Store the results of the page's items: `page_done`. */
  | (ContainerChore<'settle_page'> & { readonly page: number })
  /** Work out all items of the page and store their results: `page_done`. */
  | (ContainerChore<'execute_page'> & { readonly page: number })
  /** Look up what completed before this event, of the run that is undone, and has something to undo it: `undoable_found`. */
  | { readonly kind: 'find_undoable'; readonly before: number }
  | {
      readonly kind: 'finish_run'
      readonly status: TerminalRunStatus
      readonly error: StepError | undefined
      readonly output: Json | undefined
    }

/** May come again before its answer: whoever does it sees to it that it is done once at a time. */
interface ContainerChore<K extends string> {
  readonly kind: K
  readonly path: string
  /** Index of the container. */
  readonly node: number
  readonly attempt: number
}

export interface Decision {
  /** In order, with `seq` dense from the state's last. Already applied to the state. */
  readonly events: readonly RunEvent[]
  readonly commands: readonly Command[]
  /** Steps that have changed; some may be over with their item, and no longer part of the state. */
  readonly changed: ReadonlySet<StepState>
}
