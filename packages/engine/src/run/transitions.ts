import type { RunEvent, RunEventType, RunStatus, StepStatus } from '@millrace/contracts'

type Table<Status extends string> = Readonly<
  Record<Status, Readonly<Partial<Record<RunEventType, readonly Status[]>>>>
>

/** What may become of a run: by its status and the event. `docs/RUN-LIFECYCLE.md` is drawn from it. */
export const RUN_TRANSITIONS: Table<RunStatus> = {
  // A run that is cancelled before any worker has it ends without having started (D15).
  pending: { run_started: ['running'], run_finished: ['failed', 'cancelled'] },
  running: {
    run_waiting: ['waiting'],
    run_paused: ['paused'],
    run_compensating: ['running'],
    run_finished: ['completed', 'failed', 'cancelled'],
  },
  waiting: { run_resumed: ['running'], run_paused: ['paused'], run_finished: ['failed', 'cancelled'] },
  // Steps that were running when the pause came may bring the run to its end.
  paused: {
    run_resumed: ['running'],
    run_compensating: ['paused'],
    run_finished: ['completed', 'failed', 'cancelled'],
  },
  completed: {},
  failed: {},
  cancelled: {},
}

/** The same for a step. */
export const STEP_TRANSITIONS: Table<StepStatus> = {
  // The fired trigger succeeds without having run.
  pending: { step_started: ['running'], step_succeeded: ['completed'], step_skipped: ['skipped'] },
  running: {
    step_log: ['running'],
    step_retrying: ['waiting'],
    step_waiting: ['waiting'],
    step_succeeded: ['completed'],
    step_failed: ['failed'],
    step_cancelled: ['cancelled'],
  },
  waiting: {
    step_started: ['running'],
    step_retrying: ['waiting'],
    // A repeat waits for its next iteration, an approval for other people, a map has done another page of its items.
    step_waiting: ['waiting'],
    step_progressed: ['waiting'],
    step_succeeded: ['completed'],
    step_failed: ['failed'],
    step_cancelled: ['cancelled'],
  },
  // A completion that is recorded is never undone (I2).
  completed: {},
  failed: {},
  skipped: {},
  cancelled: {},
}

export type StepEvent = Extract<RunEvent, { path: string }>
export type RunLevelEvent = Exclude<RunEvent, StepEvent>

/** The run's status after the event. Throws Error when it does not fit. */
export function nextRunStatus(status: RunStatus, event: RunLevelEvent): RunStatus {
  const legal = RUN_TRANSITIONS[status][event.type] ?? []
  const next = event.type === 'run_finished' ? legal.find((each) => each === event.status) : legal[0]
  if (next === undefined) throw new Error(`event ${event.seq}: ${event.type} does not fit a ${status} run`)
  return next
}

/** The step's status after the event. Throws Error when it does not fit. */
export function nextStepStatus(status: StepStatus, event: StepEvent): StepStatus {
  const next = STEP_TRANSITIONS[status][event.type]?.[0]
  if (next === undefined) {
    throw new Error(`event ${event.seq}: ${event.type} does not fit the ${status} step ${event.path}`)
  }
  return next
}
