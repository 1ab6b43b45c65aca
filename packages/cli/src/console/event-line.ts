import type { RunEvent } from '@millrace/contracts'
import { formatDuration } from './duration.js'
import { padTo, printable } from './printable.js'
import { decisionNote, describeError, progressNote, type RunView, retryNote, waitNote } from './run-view.js'

const TYPE_WIDTH = 'run_compensating'.length

/** One event as one line, with its time since the run began. `view` is the run after the event. */
export const eventLine = (event: RunEvent, view: RunView): string => {
  const since = formatDuration(event.at - (view.startedAt ?? event.at))
  const place = 'path' in event ? `${event.path}  ` : ''
  const columns = [
    String(event.seq).padStart(5),
    since.padStart(10),
    padTo(event.type, TYPE_WIDTH),
    printable(`${place}${detailOf(event, view)}`),
  ]
  return columns.join('  ').trimEnd()
}

const detailOf = (event: RunEvent, view: RunView): string => {
  switch (event.type) {
    case 'run_started':
      return `by ${event.trigger}`
    case 'run_waiting':
      return event.until === undefined ? '' : `for ${formatDuration(event.until - event.at)}`
    case 'run_resumed':
    case 'step_skipped':
      return ''
    case 'run_paused':
      return event.by === undefined ? '' : `by ${event.by}`
    case 'run_compensating':
      return [
        ...(event.paths.length === 0 ? [] : [`by ${event.paths.join(', ')}`]),
        ...(event.error === undefined ? [] : [`after ${describeError(event.error)}`]),
      ].join(', ')
    case 'run_finished':
      return event.error === undefined ? event.status : `${event.status}: ${describeError(event.error)}`
    case 'step_started':
      return event.attempt > 1 ? `attempt ${event.attempt}` : ''
    case 'step_log':
      return `${event.level}: ${event.message}`
    case 'step_retrying':
      return retryNote(event)
    case 'step_waiting':
      return waitNote(event.wait)
    case 'step_progressed':
      return progressNote(event)
    case 'step_succeeded':
      return [decisionNote(event), stepTime(event.path, view)].filter((note) => note !== '').join(', ')
    case 'step_failed':
      return `${describeError(event.error)}${event.handled ? ', handled' : ''}`
    case 'step_cancelled':
      return event.outcome === 'unknown' ? 'outcome unknown' : ''
  }
}

/** A trigger succeeds without having started: it took no time of its own. */
const stepTime = (path: string, view: RunView): string => {
  const step = view.steps.get(path)
  if (step?.startedAt === undefined || step.finishedAt === undefined || step.finishedAt === step.startedAt)
    return ''
  return `in ${formatDuration(step.finishedAt - step.startedAt)}`
}
