import type { RetryPlan } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { type Graph, holdersOf, prefixOf } from '@millrace/engine'
import { declaredEffect } from '@millrace/nodes'
import type { RunReads, StepOutcomeRow } from '@millrace/run-store'
import { loadGraph } from '../published/graph.js'

type Reads = Pick<RunReads, 'getUnfinishedPaths' | 'getCalledRuns' | 'findWritten'>

/**
 * Paths of writes that a person is asked about before they run again (I5), although their step, or what holds it, has not
 * completed: those that may have reached the outside and whose author said with `onCrash: "fail"` that to repeat them is worse
 * than to stop; those that completed for an item; and calls, where the same holds of a run that they started: its retry has
 * other idempotency keys.
 */
export const findUnsureWrites = async (
  sql: Sql,
  store: Reads,
  past: { readonly id: string; readonly workspaceId: string },
  graph: Graph,
  outcomes: Iterable<StepOutcomeRow>,
): Promise<string[]> => {
  const guarded = guardedOf(graph)
  const unfinished =
    guarded.length === 0 ? [] : await store.getUnfinishedPaths(past.workspaceId, past.id, guarded)
  return [...unfinished, ...completedInside(graph, outcomes), ...(await findCalls(sql, store, past, graph))]
}

const writesOf = (graph: Graph) => graph.nodes.filter((node) => declaredEffect(node) === 'write')
const guardedOf = (graph: Graph): string[] =>
  writesOf(graph)
    .filter(({ onCrash }) => onCrash === 'fail')
    .map(({ id }) => id)

/** Containers, by their own path: their items may be many. */
function completedInside(graph: Graph, outcomes: Iterable<StepOutcomeRow>): string[] {
  const owners = new Set<string>()
  for (const { path, failed } of outcomes) {
    if (failed || prefixOf(path) === '') continue
    const node = graph.nodes[graph.nodeAt(path) ?? -1]
    if (node !== undefined && node.body === undefined && declaredEffect(node) === 'write')
      owners.add(ownerOf(path))
  }
  return [...owners]
}

/** Steps whose called runs, at any depth, have written something, or may have. */
async function findCalls(
  sql: Sql,
  store: Reads,
  { id, workspaceId }: { readonly id: string; readonly workspaceId: string },
  graph: Graph,
): Promise<string[]> {
  if (!graph.nodes.some(({ type }) => type === 'workflow.call')) return []
  const called = await store.getCalledRuns(workspaceId, id)
  const written = new Set<string>()
  for (const versionId of new Set(called.map((run) => run.versionId))) {
    const { graph: inner } = await loadGraph(sql, versionId)
    const runIds = called.filter((run) => run.versionId === versionId).map((run) => run.id)
    const writes = writesOf(inner).map((node) => node.id)
    if (writes.length === 0) continue
    for (const run of await store.findWritten(workspaceId, runIds, writes, guardedOf(inner))) written.add(run)
  }
  return called.filter((run) => written.has(run.id)).map(({ path }) => ownerOf(path))
}

/** A step of an item runs with its container, the outermost one. */
const ownerOf = (path: string): string => holdersOf(prefixOf(path))[0]?.id ?? path

/** The plan with those of these writes that run again. */
export const withUnsureWrites = (plan: RetryPlan, paths: readonly string[]): RetryPlan => {
  if (paths.length === 0) return plan
  const again = new Set(plan.runs.map(({ path }) => path))
  const unsure = paths.filter((path) => again.has(ownerOf(path)))
  const owners = new Set(unsure.map(ownerOf))
  return {
    ...plan,
    runs: plan.runs.map((step) => (owners.has(step.path) ? { ...step, repeats: true } : step)),
    repeatedWrites: [...new Set([...plan.repeatedWrites, ...unsure])],
  }
}
