import type { RunEvent } from '@millrace/contracts'

/**
 * When each event of a run comes in its replay, in milliseconds from the start at normal speed. Pauses are shortened
 * to two seconds: nobody watches an approval being waited for.
 */
export interface Score {
  readonly durationMs: number
  /** When the event comes; 0 for the moment before the first. */
  timeOf(seq: number): number
  /** The last event that has come by then; 0 before the first. */
  seqAt(ms: number): number
}

const LONGEST_PAUSE_MS = 2_000
/** Events of the same instant still come one after the other, so that a fast run can be watched at all. */
const SHORTEST_PAUSE_MS = 20

export function createScore(events: readonly Pick<RunEvent, 'at'>[]): Score {
  const times = new Float64Array(events.length)
  for (let index = 1; index < events.length; index++) {
    const pause = events[index]!.at - events[index - 1]!.at
    times[index] = times[index - 1]! + Math.min(Math.max(pause, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS)
  }
  return {
    durationMs: times.at(-1) ?? 0,
    timeOf: (seq) => times[Math.min(seq, times.length) - 1] ?? 0,
    seqAt: (ms) => countUpTo(times, ms),
  }
}

function countUpTo(times: Float64Array, ms: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (times[middle]! <= ms) low = middle + 1
    else high = middle
  }
  return low
}
