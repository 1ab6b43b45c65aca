import { MillraceError } from '@millrace/contracts'
import type { ClaimedRun } from '@millrace/run-store'

/** What a run failed of that killed the process it had for itself. Names the step that was under way. */
export const poisonError = ({ events }: Pick<ClaimedRun, 'events'>): MillraceError => {
  const step = stepUnderWay(events)
  const message = step === undefined ? 'the run killed its process' : `step ${step} killed its process`
  return new MillraceError('POISON', message, step === undefined ? {} : { details: { step } })
}

/** In careful mode at most one has started and not ended. */
const stepUnderWay = (events: ClaimedRun['events']): string | undefined => {
  const open = new Set<string>()
  for (const event of events) {
    if (event.type === 'step_started') open.add(event.path)
    else if ('path' in event && event.type !== 'step_log') open.delete(event.path)
  }
  return [...open].at(-1)
}
