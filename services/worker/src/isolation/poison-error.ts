import { MillraceError } from '@millrace/contracts'
import { type RunState, runningSteps } from '@millrace/engine'

/** What a run failed of that killed the process it had for itself. Names the step that was under way. */
export const poisonError = (state: RunState): MillraceError => {
  // In careful mode at most one has started and not ended.
  const step = runningSteps(state).at(-1)?.path
  const message = step === undefined ? 'the run killed its process' : `step ${step} killed its process`
  return new MillraceError('POISON', message, step === undefined ? {} : { details: { step } })
}
