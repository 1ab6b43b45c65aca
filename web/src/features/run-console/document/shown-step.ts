import type { RunEvent } from '@millrace/contracts'
import { type RunState, STEP_TRANSITIONS, type StepState, stepAt } from '@millrace/engine'

/** What the screen shows of a step. */
export type ShownStep = Pick<
  StepState,
  | 'path'
  | 'node'
  | 'status'
  | 'attempt'
  | 'startedAt'
  | 'finishedAt'
  | 'error'
  | 'wait'
  | 'retryAt'
  | 'output'
  | 'outputRef'
  | 'logLines'
>

/**
 * A step at a moment. The state lets go of the steps of an item that has ended (I10); those are made out again from
 * their own events. Undefined for a path that has not begun, or that the version does not have.
 */
export function shownStep(state: RunState, events: readonly RunEvent[], path: string): ShownStep | undefined {
  const live = stepAt(state, path)
  if (live !== undefined) return live
  const node = state.graph.nodeAt(path)
  if (node === undefined) return undefined
  let shown: ShownStep | undefined
  for (const event of events) {
    if (event.seq > state.lastSeq) break
    if ('path' in event && event.path === path) shown = next(shown ?? begin(path, node), event)
  }
  return shown
}

const begin = (path: string, node: number): ShownStep => ({
  path,
  node,
  status: 'pending',
  attempt: 0,
  startedAt: null,
  finishedAt: null,
  error: null,
  wait: null,
  retryAt: null,
  output: undefined,
  outputRef: undefined,
  logLines: 0,
})

function next(before: ShownStep, event: Extract<RunEvent, { path: string }>): ShownStep {
  if (event.type === 'step_log') return { ...before, logLines: before.logLines + 1 }
  const status = STEP_TRANSITIONS[before.status][event.type]?.[0] ?? before.status
  const step = { ...before, status, attempt: event.attempt, wait: null, retryAt: null }
  switch (event.type) {
    case 'step_started':
      return { ...step, startedAt: before.startedAt ?? event.at }
    case 'step_waiting':
      return { ...step, wait: event.wait }
    case 'step_retrying':
      return { ...step, error: event.error, retryAt: event.dueAt }
    case 'step_progressed':
      return before
    case 'step_succeeded':
      return {
        ...step,
        output: event.output,
        outputRef: event.outputRef,
        error: event.error ?? null,
        finishedAt: event.at,
      }
    case 'step_failed':
      return { ...step, error: event.error, finishedAt: event.at }
    case 'step_skipped':
    case 'step_cancelled':
      return { ...step, finishedAt: event.at }
  }
}
