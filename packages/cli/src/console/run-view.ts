import type { Json, RunEvent, RunStatus, StepError, StepStatus, Wait } from '@millrace/contracts'
import { formatDuration } from './duration.js'

/**
 * What a viewer sees of a run: more than its state, with times and last words; less, without data. Updated in
 * place: to copy 10,000 steps at each of their events would be quadratic.
 */
export interface RunView {
  status: RunStatus
  startedAt: number | undefined
  /** Database time of the last event. */
  lastAt: number | undefined
  lastSeq: number
  error: StepError | undefined
  /** By path, in the order of the definition, then of appearance. */
  readonly steps: Map<string, StepView>
}

export interface StepView {
  readonly path: string
  readonly status: StepStatus
  readonly attempt: number
  readonly startedAt: number | undefined
  readonly finishedAt: number | undefined
  readonly note: string
}

const pendingStep = (path: string): StepView => ({
  path,
  status: 'pending',
  attempt: 0,
  startedAt: undefined,
  finishedAt: undefined,
  note: '',
})

/** A run of which nothing is known but its steps. */
export const emptyView = (paths: readonly string[]): RunView => ({
  status: 'pending',
  startedAt: undefined,
  lastAt: undefined,
  lastSeq: 0,
  error: undefined,
  steps: new Map(paths.map((path) => [path, pendingStep(path)])),
})

/** Brings the view up to one more event. */
export const applyEvent = (view: RunView, event: RunEvent): void => {
  view.lastAt = event.at
  view.lastSeq = event.seq
  if ('path' in event) {
    const step = view.steps.get(event.path) ?? pendingStep(event.path)
    view.steps.set(event.path, { ...step, attempt: event.attempt, ...stepChange(event, step) })
  } else {
    Object.assign(view, runChange(event))
  }
}

type StepEvent = Extract<RunEvent, { path: string }>

const runChange = (event: Exclude<RunEvent, StepEvent>): Partial<RunView> => {
  switch (event.type) {
    case 'run_started':
      return { status: 'running', startedAt: event.at }
    case 'run_resumed':
      return { status: 'running' }
    case 'run_waiting':
      return { status: 'waiting' }
    case 'run_paused':
      return { status: 'paused' }
    case 'run_compensating':
      return event.error === undefined ? {} : { error: event.error }
    case 'run_finished':
      return { status: event.status, error: event.error }
  }
}

const stepChange = (event: StepEvent, step: StepView): Partial<StepView> => {
  const finished = { finishedAt: event.at, startedAt: step.startedAt ?? event.at }
  switch (event.type) {
    case 'step_started':
      return { status: 'running', startedAt: step.startedAt ?? event.at, note: '' }
    case 'step_log':
      return { note: event.message }
    case 'step_retrying':
      return { status: 'waiting', note: retryNote(event) }
    case 'step_waiting':
      return { status: 'waiting', startedAt: step.startedAt ?? event.at, note: waitNote(event.wait) }
    case 'step_progressed':
      return { note: progressNote(event) }
    case 'step_succeeded':
      return { ...finished, status: 'completed', note: successNote(event, step) }
    case 'step_failed':
      return {
        ...finished,
        status: 'failed',
        note: `${describeError(event.error)}${event.handled ? ', handled' : ''}`,
      }
    case 'step_skipped':
      return { status: 'skipped', note: '' }
    case 'step_cancelled':
      return { ...finished, status: 'cancelled', note: event.outcome === 'unknown' ? 'outcome unknown' : '' }
  }
}

/** The last log line stays; what it waited for is over. */
const successNote = (event: Extract<RunEvent, { type: 'step_succeeded' }>, step: StepView): string => {
  if (event.error !== undefined) return `went on after ${event.error.code}`
  const decision = decisionNote(event)
  if (decision !== '') return decision
  return step.status === 'running' ? step.note : ''
}

/** How an approval ended: it succeeds as a step whichever way. Empty for other steps. */
export const decisionNote = ({ output }: { readonly output?: Json | undefined }): string => {
  if (output === null || typeof output !== 'object' || Array.isArray(output)) return ''
  const { approved, by, timedOut } = output
  if (typeof approved !== 'boolean' || by === undefined) return ''
  const verdict = approved ? 'approved' : 'rejected'
  if (timedOut === true) return `${verdict}: nobody answered in time`
  return typeof by === 'string' ? `${verdict} by ${by}` : verdict
}

export const describeError = (error: StepError): string => `${error.code}: ${error.message}`

export const retryNote = (event: Extract<RunEvent, { type: 'step_retrying' }>): string =>
  `again in ${formatDuration(event.dueAt - event.at)} after ${describeError(event.error)}`

export const waitNote = (wait: Wait): string => {
  if (wait.kind === 'items') return `for ${wait.count} items`
  if (wait.kind === 'approval') return `for approval: ${wait.title}`
  return wait.kind === 'iteration' ? `for iteration ${wait.index}` : `for ${wait.kind}`
}

/** Of the items of one page. */
export const progressNote = ({ page, completed, failed }: Progress): string =>
  `page ${page}: ${completed} done${failed > 0 ? `, ${failed} failed` : ''}`
type Progress = Extract<RunEvent, { type: 'step_progressed' }>

const OPEN: ReadonlySet<StepStatus> = new Set(['pending', 'running', 'waiting'])

/** Steps that have come to their end. */
export const countDone = (view: RunView): number =>
  [...view.steps.values()].filter(({ status }) => !OPEN.has(status)).length
