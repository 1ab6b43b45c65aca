import { setTimeout as delay } from 'node:timers/promises'
import type { MillraceError } from '@millrace/contracts'
import type { ClaimedRun, RunStore } from '@millrace/run-store'
import type { DatabaseClock } from '../clock.js'
import type { Plan } from '../plan/plan.js'
import { Unstartable } from '../plan/plan-cache.js'
import type { Publisher } from '../publisher.js'
import { failRun } from './fail-run.js'
import { endUnrunnable, handBack } from './release-run.js'

export interface UnplayedRunsDeps {
  readonly store: Pick<RunStore, 'submit' | 'lastSeqs' | 'readEvents'>
  readonly clock: DatabaseClock
  readonly publisher: Publisher
  /** True from the moment on at which the end of the lease gives back whatever is left. */
  readonly stopping: () => boolean
  readonly log: { warn(details: object, message: string): void }
}

/** Between two tries to give a run back. Milliseconds. */
const GIVE_BACK_PAUSE_MS = 1_000

/**
 * Runs that this worker owns and does not play: given back, or ended where no worker could play them.
 *
 * 1. None is kept: our lease would hold it for as long as we live (I1).
 */
export class UnplayedRuns {
  constructor(private readonly deps: UnplayedRunsDeps) {}

  /** As far as it is durable. Tries until the database has it, or the worker stops. */
  async giveBack(run: ClaimedRun, startedAt = run.startedAt): Promise<void> {
    const { store, log, stopping } = this.deps
    while (!stopping()) {
      try {
        return await handBack(store, run, startedAt)
      } catch (error) {
        log.warn({ err: error, runId: run.id }, 'the run could not be given back; trying again')
        await delay(GIVE_BACK_PAUSE_MS)
      }
    }
  }

  /** One that could not be begun: ended if no worker could begin it, given back otherwise. */
  async refuse(run: ClaimedRun, error: unknown): Promise<void> {
    const { store, clock, publisher, log } = this.deps
    if (!(error instanceof Unstartable)) {
      log.warn({ err: error, runId: run.id }, 'the run could not be taken up')
      return this.giveBack(run)
    }
    // Many are debounced, and that is as it should be.
    const collapsed = error.code === 'DEBOUNCED'
    // What its definition or its input gives rise to stands in the run: a stack of ours tells nobody more.
    const { code, message: reason } = error
    if (!collapsed) log.warn({ runId: run.id, code, reason }, 'the run could not be taken up')
    try {
      const status = collapsed ? 'cancelled' : 'failed'
      const events = await endUnrunnable(store, run, clock.now(), error, status)
      publisher.durable(run.id, run.workspaceId, events, status)
    } catch {
      await this.giveBack(run)
    }
  }

  /** Fails one that is not held, from its durable state. */
  async fail(run: ClaimedRun, plan: Plan, reason: MillraceError): Promise<void> {
    const { store, clock, publisher, log } = this.deps
    log.warn({ runId: run.id, err: reason }, 'a run cannot go on; failing it')
    try {
      await failRun(store, run, plan, clock.now(), reason, publisher)
    } catch (error) {
      log.warn({ err: error, runId: run.id }, 'the run could not be failed; its next owner will try')
      await this.giveBack(run)
    }
  }
}
