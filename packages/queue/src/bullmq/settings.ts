/**
 * How both backends use BullMQ. A job is a doorbell that is answered in milliseconds and whose loss costs nothing
 * but time (D10, D11), so everything that BullMQ offers for keeping jobs is off.
 */
export const JOB_NAME = 'run'

export const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const

/** BullMQ cannot switch its events off; nobody reads them here. 0 would mean "never trim" on Postgres. */
export const STREAMS = { events: { maxLen: 256 } } as const

export const WORKER_OPTIONS = {
  autorun: false,
  // A stalled doorbell is rung again, however often: only its answer may end it.
  maxStalledCount: 1_000_000,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
  /** Seconds between two looks at an empty queue when no wake-up arrives. */
  drainDelay: 5,
  /** Milliseconds between two tries while the backend is away. */
  runRetryDelay: 500,
} as const

export interface Timing {
  /**
   * Milliseconds after which a job taken by a worker that died is rung again, up to twice that. Default 30,000:
   * the lease of its run has to lapse as well.
   */
  readonly stalledMs?: number
  /** Milliseconds between two checks for a deaf worker; two in a row replace it. Default 5,000. */
  readonly watchdogMs?: number
}

export const stalledAfter = (ms = 30_000) => ({ lockDuration: ms, stalledInterval: ms })

/** Milliseconds within which a backend that is up has answered an enqueue, a look-up or a ping. */
export const ANSWER_MS = 2_000
