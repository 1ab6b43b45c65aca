import type { Scope } from '@millrace/expressions'
import type { ClaimedRun } from '@millrace/run-store'
import type { Plan } from '../plan/plan.js'

/** What the expressions of a run may read before any step has ended. `now` by the database's clock, milliseconds. */
export const runScope = (
  run: ClaimedRun,
  plan: Plan,
  now: number,
  resumeUrl?: (runId: string, path: string) => string,
): Omit<Scope, 'steps'> => ({
  trigger: run.input,
  run: {
    id: run.id,
    workflowId: run.workflowId,
    startedAt: new Date(run.startedAt ?? now).toISOString(),
    ...(resumeUrl !== undefined &&
      plan.resumable.length > 0 && {
        resumeUrls: Object.fromEntries(plan.resumable.map((id) => [id, resumeUrl(run.id, id)])),
      }),
  },
  workflow: plan.workflow,
  vars: plan.definition.vars ?? {},
})
