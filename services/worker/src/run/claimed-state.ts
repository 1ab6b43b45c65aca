import type { RunState } from '@millrace/engine'
import { type ClaimedRun, foldRun, type RunReads } from '@millrace/run-store'
import type { Plan } from '../plan/plan.js'

/** What a run has come to, as far as it is durable. A snapshot that cannot be read is worth a warning. */
export const claimedState = (
  store: Pick<RunReads, 'readEvents'>,
  run: ClaimedRun,
  plan: Plan,
  log: { warn(details: object, message: string): void },
): Promise<RunState> =>
  foldRun(store, plan.graph, run, (error) =>
    log.warn({ err: error, runId: run.id }, 'a snapshot cannot be read; folding all events'),
  )
