import { MillraceError } from '@millrace/contracts'
import type { NewRun, RunIntake } from '@millrace/run-store'
import type { VersionFacts } from '../published/versions.js'

export type PlaceStore = Pick<RunIntake, 'reserveSlot' | 'dropReservation'>

/**
 * Keeps a place for a run whose workflow refuses runs it has none for (D18): an accepted run is sure of it.
 * @throws CONCURRENCY_LIMIT; EXPRESSION_FAILED, EXPRESSION_LIMIT when its key cannot be worked out.
 */
export const reservePlace = async (store: PlaceStore, version: VersionFacts, run: NewRun): Promise<void> => {
  const { reject } = version
  if (reject === undefined) return
  const key = await reject.key({
    trigger: run.input,
    steps: {},
    run: { id: run.id, workflowId: run.workflowId, startedAt: '' },
    workflow: reject.workflow,
    vars: reject.vars,
  })
  if (!(await store.reserveSlot(run, { key, limit: reject.limit })))
    throw new MillraceError('CONCURRENCY_LIMIT')
}
