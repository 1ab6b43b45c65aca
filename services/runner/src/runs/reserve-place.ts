import { MillraceError } from '@millrace/contracts'
import type { NewRun, RunIntake } from '@millrace/run-store'
import type { VersionFacts } from '../published/versions.js'

export type PlaceStore = Pick<RunIntake, 'reserveSlot' | 'reserveStart' | 'dropReservation'>

/**
 * Keeps a place (D18) and a start for a run whose workflow refuses runs it has none for: an accepted run is sure of both.
 * @throws CONCURRENCY_LIMIT, RATE_LIMITED; EXPRESSION_FAILED, EXPRESSION_LIMIT when a key cannot be worked out.
 */
export const reservePlace = async (store: PlaceStore, version: VersionFacts, run: NewRun): Promise<void> => {
  const { refusing } = version
  if (refusing === undefined) return
  const { place, rate, workflow, vars } = refusing
  const scope = {
    trigger: run.input,
    steps: {},
    run: { id: run.id, workflowId: run.workflowId, startedAt: '' },
    workflow,
    vars,
  }
  const [placeKey, rateKey] = await Promise.all([place?.key(scope), rate?.key(scope)])
  if (place !== undefined && !(await store.reserveSlot(run, { ...place, key: placeKey ?? '' })))
    throw new MillraceError('CONCURRENCY_LIMIT')
  if (rate === undefined) return
  const retryAfterMs = await store.reserveStart(run, { ...rate, key: rateKey ?? '' })
  if (retryAfterMs <= 0) return
  await store.dropReservation(run.id)
  throw new MillraceError('RATE_LIMITED', 'The workflow has begun as many runs as it may for now', {
    retryAfterMs,
  })
}
