import type { ClaimedRun, RunStore } from '@millrace/run-store'
import type { PlanCache } from '../plan/plan-cache.js'
import { claimedState } from '../run/claimed-state.js'
import type { UnplayedRuns } from '../run/unplayed-runs.js'
import type { IsolatedRuns } from './isolated-runs.js'
import { poisonError } from './poison-error.js'

export interface PlayIsolatedDeps {
  readonly isolated: IsolatedRuns
  readonly store: RunStore
  readonly plans: PlanCache
  readonly unplayed: UnplayedRuns
  readonly stopping: () => boolean
  readonly log: { warn(details: object, message: string): void }
}

/** D13: only a death in a process of its own is held against a run. Never rejects. */
export async function playIsolated(deps: PlayIsolatedDeps, run: ClaimedRun): Promise<void> {
  const { isolated, store, plans, unplayed, stopping, log } = deps
  log.warn({ runId: run.id, crashes: run.crashCount }, 'a run whose workers died plays alone')
  try {
    const leaseId = await isolated.play(run.id, store.workerId)
    const left = leaseId === undefined ? null : await store.takeFrom(run.id, leaseId)
    // Played to its end or to its park, or never taken from us: then this is not fenced.
    if (left === null || stopping()) return await unplayed.giveBack(left ?? run)
    const plan = await plans.get(left.versionId)
    await unplayed.fail(left, plan, poisonError(await claimedState(store, left, plan, log)))
  } catch (error) {
    log.warn({ err: error, runId: run.id }, 'a run that played alone is left to its next owner')
  }
}
