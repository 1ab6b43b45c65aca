import type { ClaimedRun, RunStore, SlotAnswer } from '@millrace/run-store'
import type { Plan } from '../plan/plan.js'
import { Unstartable } from '../plan/plan-cache.js'
import { runScope } from './run-scope.js'
import { toStepError } from './step-error.js'

/**
 * Takes a place for a run that begins, where its workflow has only so many (D18). Its key is fixed by the first call.
 * @throws Unstartable when there is none and the run is not to wait, or its key cannot be worked out.
 */
export async function takePlace(
  store: Pick<RunStore, 'takeSlot'>,
  run: ClaimedRun,
  plan: Plan,
  now: number,
): Promise<SlotAnswer> {
  const { concurrency } = plan
  // A cancel that waits already needs no place.
  if (concurrency === undefined || run.lastSeq > 0 || run.inbox.some(({ kind }) => kind === 'cancel'))
    return { kind: 'held' }
  const { limit, whenFull, key } = concurrency
  const value = await key({ ...runScope(run, plan, now), steps: {} }).catch((error) => {
    const { code: _, message } = toStepError(error)
    throw new Unstartable('EXPRESSION_FAILED', `settings.concurrency.key: ${message}`)
  })
  const answer = await store.takeSlot(run, { key: value, limit, whenFull })
  if (answer.kind === 'rejected') throw new Unstartable('CONCURRENCY_LIMIT')
  return answer
}
