import type { Scope as Pass } from '@millrace/engine'
import type { Scope } from '@millrace/expressions'
import type { ClaimedRun } from '@millrace/run-store'
import type { Plan } from '../plan/plan.js'

export type ResumeUrls = NonNullable<Scope['run']['resumeUrls']>

/** What the expressions of a run may read before any step has ended. `now` by the database's clock, milliseconds. */
export const runScope = (
  run: ClaimedRun,
  plan: Plan,
  now: number,
  resumeUrls?: ResumeUrls,
): Omit<Scope, 'steps'> => ({
  trigger: run.input,
  run: {
    id: run.id,
    workflowId: run.workflowId,
    startedAt: new Date(run.startedAt ?? now).toISOString(),
    ...(resumeUrls !== undefined && { resumeUrls }),
  },
  workflow: plan.workflow,
  vars: plan.definition.vars ?? {},
})

/** What ends the waits of one pass through a body, by the ids of their steps; undefined where none waits like that. */
export function resumeUrlsIn(
  { graph, resumable }: Plan,
  { body, prefix }: Pick<Pass, 'body' | 'prefix'>,
  urlOf: (path: string) => string,
): ResumeUrls | undefined {
  const here = resumable.filter((node) => node >= body.firstNode && node < body.firstNode + body.nodeCount)
  if (here.length === 0) return undefined
  const ids = here.map((node) => graph.nodes[node]!.id)
  return Object.fromEntries(ids.map((id) => [id, urlOf(prefix + id)]))
}
