import type { ShownStep } from '../document/shown-step.js'

/** Milliseconds from its first start to its end, or to now; undefined for a step that has not started. */
export function stepDuration(
  { status, startedAt, finishedAt }: Pick<ShownStep, 'status' | 'startedAt' | 'finishedAt'>,
  now: number,
): number | undefined {
  if (startedAt === null || status === 'skipped') return undefined
  return Math.max(0, (finishedAt ?? now) - startedAt)
}
