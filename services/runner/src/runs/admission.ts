import type { Priority } from '@millrace/contracts'
import { virtualDeadline } from '@millrace/queue'
import { QUEUED_PER_WORKSPACE, type RunReads } from '@millrace/run-store'

/**
 * Decides which accepted runs get a job at once and which wait in Postgres (D19).
 *
 * Owns an estimate of each workspace's jobs in the queue: the last count, and what this process has added since. It
 * never makes an accept wait: with several processes the limit may be passed by what each adds between two counts.
 */
export interface AdmissionDeps {
  readonly store: Pick<RunReads, 'queuedRuns'>
  readonly onError: (error: unknown, what: string) => void
  /** Milliseconds since the epoch: it only orders jobs. */
  readonly now: () => number
}

/** Milliseconds a count is good for. */
const FRESH_MS = 500
/** Below this many jobs since the last count nobody looks: most workspaces never get there. */
const LOOK_FROM = 100
/** Jobs after which a count is good no longer: workers claim while callers add, and most of these are gone. */
const FRESH_JOBS = 250
const MAX_WORKSPACES = 10_000

interface Estimate {
  counted: number
  /** Added by this process while the count was made, or since. */
  added: number
  /** Whether others wait already: nobody overtakes them. */
  backlog: boolean
  countedAt: number
  counting: boolean
}

const isStale = ({ added, backlog, countedAt }: Estimate, now: number): boolean =>
  now - countedAt >= FRESH_MS || (added >= FRESH_JOBS && !backlog)

export class Admission {
  readonly #deps: AdmissionDeps
  readonly #estimates = new Map<string, Estimate>()

  constructor(deps: AdmissionDeps) {
    this.#deps = deps
  }

  /** The queue's priority for a run's job; undefined when the run belongs into the backlog. */
  admit(workspaceId: string, priority: Priority): number | undefined {
    if (this.isFull(workspaceId)) return undefined
    const estimate = this.#estimateOf(workspaceId)
    const queued = estimate.counted + estimate.added++
    const now = this.#deps.now()
    return virtualDeadline(priority, now, now, queued)
  }

  /** Whether new runs belong into the backlog. */
  isFull(workspaceId: string): boolean {
    const estimate = this.#estimateOf(workspaceId)
    const queued = estimate.counted + estimate.added
    if ((queued >= LOOK_FROM || estimate.backlog) && isStale(estimate, this.#deps.now()))
      void this.#count(workspaceId, estimate)
    estimate.backlog ||= queued >= QUEUED_PER_WORKSPACE
    return estimate.backlog
  }

  #estimateOf(workspaceId: string): Estimate {
    const known = this.#estimates.get(workspaceId)
    if (known !== undefined) return known
    if (this.#estimates.size >= MAX_WORKSPACES) this.#estimates.clear()
    const fresh = { counted: 0, added: 0, backlog: false, countedAt: 0, counting: false }
    this.#estimates.set(workspaceId, fresh)
    return fresh
  }

  async #count(workspaceId: string, estimate: Estimate): Promise<void> {
    if (estimate.counting) return
    estimate.counting = true
    const before = estimate.added
    try {
      const { queued, backlog } = await this.#deps.store.queuedRuns(workspaceId)
      estimate.counted = queued
      estimate.backlog = backlog
      estimate.added -= before
      estimate.countedAt = this.#deps.now()
    } catch (error) {
      this.#deps.onError(error, 'counting queued runs')
    } finally {
      estimate.counting = false
    }
  }
}
