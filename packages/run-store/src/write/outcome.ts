import type { FlushUnit } from '../types.js'

/** A run's row as it stands after a flush did not write it; undefined when the run is gone. */
export interface RunPosition {
  readonly epoch: number
  readonly lastSeq: number
}

/**
 * Zero rows is not yet "fenced" (D6): an earlier try of the same unit may have committed without our hearing of it.
 */
export const judgeUnwritten = (
  unit: FlushUnit,
  found: RunPosition | undefined,
): 'durable' | 'fenced' | 'resend' => {
  if (found === undefined || found.epoch !== unit.epoch) return 'fenced'
  if (found.lastSeq === unit.newSeq) return 'durable'
  if (found.lastSeq === unit.expectedSeq) return 'resend'
  // Ours, but this unit does not continue it: one before it was refused, so nothing after it may be written.
  return 'fenced'
}
