import type { RunAnswer } from '@millrace/feed'
import type { ClaimedRun, FlushUnit } from '@millrace/run-store'
import type { Plan } from '../plan/plan.js'

/**
 * What the flush holds of the answer to the caller who waits for the run, so that whoever answers need not read it back.
 * Undefined when nobody waits, or there is nothing of it yet.
 */
export const answerIn = (
  { response, run: { status, output } }: FlushUnit,
  { trigger }: Pick<ClaimedRun, 'trigger'>,
  { awaited }: Pick<Plan, 'awaited'>,
): RunAnswer | undefined => {
  if (!awaited.has(trigger)) return undefined
  if (response !== undefined) return { response }
  return status === 'completed' ? { output } : undefined
}
