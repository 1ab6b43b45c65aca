import { priority as classes, type Priority } from '@millrace/contracts'

/**
 * The order of jobs (D19): a virtual deadline in seconds, smaller is sooner. A class is how long a job lets later ones
 * of a more urgent class go first; from then on its age counts, so that none starves.
 */

/** Seconds. */
const PATIENCE: Readonly<Record<Priority, number>> = {
  critical: 0,
  high: 120,
  normal: 600,
  low: 3_600,
  background: 21_600,
}
/** The same in the contract's order, for who sorts in the database. */
export const CLASS_PATIENCE: readonly number[] = classes.options.map((each) => PATIENCE[each])

/** BullMQ takes no larger priority, and 0 stands for none. */
const MAX_DEADLINE = 2 ** 21 - 1
/** Deadlines are counted from the start of a window of 12 days. */
const WINDOW_S = 2 ** 20
/**
 * Jobs of one workspace that may go together before each counts as one second younger: a workspace that queues
 * many at once lets the first ones of another go before most of them.
 */
const JOBS_A_SECOND = 10

/** Numbers of different windows do not compare: with a new one, all jobs are to be rung again. */
export const windowOf = (nowMs: number): number => Math.floor(nowMs / 1_000 / WINDOW_S)

/**
 * @param arrivedMs when the job came, milliseconds since the epoch
 * @param nowMs the present, likewise
 * @param queued how many jobs of its workspace are in the queue before it
 */
export const virtualDeadline = (
  priority: Priority,
  arrivedMs: number,
  nowMs: number,
  queued: number,
): number => {
  const arrived = Math.floor(arrivedMs / 1_000) - windowOf(nowMs) * WINDOW_S
  const deadline = arrived + PATIENCE[priority] + Math.floor(queued / JOBS_A_SECOND)
  return Math.min(Math.max(deadline, 1), MAX_DEADLINE)
}
