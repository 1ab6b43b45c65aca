import type { RetryPlan } from '@millrace/contracts'
import { type Graph, holdersOf, prefixOf } from '@millrace/engine'
import { declaredEffect } from '@millrace/nodes'
import type { PastRun, RunReads } from '@millrace/run-store'

/**
 * Paths of writes that may have reached the outside, without anybody knowing, and whose author said with
 * `onCrash: "fail"` that to repeat them is worse than to stop. A person is asked before they run again (I5).
 */
export const findUnsureWrites = async (
  store: Pick<RunReads, 'getUnfinishedPaths'>,
  workspaceId: string,
  past: Pick<PastRun, 'id'>,
  graph: Graph,
): Promise<string[]> => {
  const guarded = graph.nodes.filter((node) => node.onCrash === 'fail' && declaredEffect(node) === 'write')
  if (guarded.length === 0) return []
  return store.getUnfinishedPaths(
    workspaceId,
    past.id,
    guarded.map(({ id }) => id),
  )
}

/** The plan with those of these writes that run again: a step of an item runs with its container. */
export const withUnsureWrites = (plan: RetryPlan, paths: readonly string[]): RetryPlan => {
  if (paths.length === 0) return plan
  const ownerOf = (path: string) => holdersOf(prefixOf(path))[0]?.id ?? path
  const again = new Set(plan.runs.map(({ path }) => path))
  const unsure = paths.filter((path) => again.has(ownerOf(path)))
  const owners = new Set(unsure.map(ownerOf))
  return {
    ...plan,
    runs: plan.runs.map((step) => (owners.has(step.path) ? { ...step, repeats: true } : step)),
    repeatedWrites: [...new Set([...plan.repeatedWrites, ...unsure])],
  }
}
