import type { RunStatus, StepStatus } from '@millrace/contracts'

/** What the screen says of a run or a step: its status, told apart further where people act differently. */
export type State = RunStatus | StepStatus | 'retrying' | 'timed_out'

/** Five colours are enough to tell apart; the icon and the word do the rest. */
export type StateColour = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped'

export const STATE_LOOKS: Readonly<Record<State, { readonly word: string; readonly colour: StateColour }>> = {
  pending: { word: 'Pending', colour: 'pending' },
  running: { word: 'Running', colour: 'running' },
  waiting: { word: 'Waiting', colour: 'running' },
  retrying: { word: 'Retrying', colour: 'running' },
  paused: { word: 'Paused', colour: 'pending' },
  completed: { word: 'Completed', colour: 'succeeded' },
  failed: { word: 'Failed', colour: 'failed' },
  timed_out: { word: 'Timed out', colour: 'failed' },
  skipped: { word: 'Skipped', colour: 'skipped' },
  cancelled: { word: 'Cancelled', colour: 'pending' },
}

interface Subject {
  readonly status: RunStatus | StepStatus
  readonly error?: { readonly code: string } | null
  /** When a step's next try is due. */
  readonly retryAt?: number | null
}

const TIMEOUTS: ReadonlySet<string> = new Set(['RUN_TIMEOUT', 'STEP_TIMEOUT'])

export function stateOf({ status, error, retryAt }: Subject): State {
  if (status === 'waiting' && retryAt != null) return 'retrying'
  return status === 'failed' && error != null && TIMEOUTS.has(error.code) ? 'timed_out' : status
}

/** The CSS colour of a state, in the theme that is on. */
export const stateColour = (state: State): string => `var(--mr-state-${STATE_LOOKS[state].colour})`
