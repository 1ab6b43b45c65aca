import { readFileSync } from 'node:fs'
import { availableParallelism, getPriority, loadavg } from 'node:os'
import type { Share } from './clock.js'

/** Of processor time for each step of niceness: sched(7). */
const STEP = 1.25

/**
 * Of the processors, for one of those who want to run at this moment, who are as many as the kernel counts or, where it
 * does not, as the load of the last minute. The niceness of the others is taken for 0.
 */
export const machineShare = (): Share =>
  shareOf({
    processors: availableParallelism(),
    running: running() ?? loadavg()[0] ?? 0,
    niceness: getPriority(),
  })

export interface Crowd {
  readonly processors: number
  /** With us. */
  readonly running: number
  readonly niceness: number
}

export const shareOf = ({ processors, running, niceness }: Crowd): Share =>
  processors / Math.max(processors, 1 + (running - 1) * STEP ** niceness)

const running = (): number | undefined => {
  try {
    return runningOf(readFileSync('/proc/loadavg', 'latin1'))
  } catch {
    return undefined
  }
}

/** The fourth field, `running/all`: proc_loadavg(5). */
export const runningOf = (line: string): number | undefined => {
  const count = /^\S+ \S+ \S+ (\d+)\//.exec(line)?.[1]
  return count === undefined ? undefined : Number(count)
}
