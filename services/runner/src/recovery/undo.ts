import { isTerminal, MillraceError, type RetryPlan, type RunSeed } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { type DoneStep, type Graph, type PlannedUndo, planUndo, prefixOf } from '@millrace/engine'
import { declaredEffect } from '@millrace/nodes'
import type { NewRun, PastRun, StepOutcomeRow, UndoRunRow } from '@millrace/run-store'
import { loadGraph } from '../published/graph.js'
import { requestHash } from '../runs/request-hash.js'
import { acceptRun, type StartDeps } from '../runs/start.js'
import type { LinkedRun } from './linked-run.js'
import { type RecoveryReads, readFinished } from './plan.js'

export interface UndoTarget {
  readonly workspaceId: string
  readonly runId: string
}

export interface Undo {
  readonly past: PastRun
  /** Runs that were made to undo it before, the first one first. */
  readonly former: readonly UndoRunRow[]
  readonly planned: PlannedUndo
  /** The same for people. */
  readonly plan: RetryPlan
}

/**
 * What undoing a finished run comes to: what it completed itself and has not been undone yet. Changes nothing.
 * @throws NOT_FOUND, RUN_NOT_FINISHED, NOTHING_TO_UNDO
 */
export const planUndoOf = async (
  { sql, store }: RecoveryReads,
  { workspaceId, runId }: UndoTarget,
): Promise<Undo> => {
  const past = await readFinished(store, workspaceId, runId)
  if (past.undoes) throw new MillraceError('NOTHING_TO_UNDO', 'This run undoes another one')
  const { graph, number } = await loadGraph(sql, past.versionId)
  const former = await store.getUndoRuns(workspaceId, runId)
  const begun = await store.getCompensations(workspaceId, [runId], compensatorsOf(graph))
  const undone = new Set(begun.flatMap(({ path, completed }) => (completed ? [path] : [])))
  const outcomes = await store.getStepOutcomes(workspaceId, runId)
  const done = new Map(outcomes.map((outcome) => [outcome.path, toDone(outcome, runId)]))
  const planned = planUndo(graph, past.trigger, done, undone)
  if (planned.paths.length === 0 && former.length === 0) throw new MillraceError('NOTHING_TO_UNDO')
  return { past, former, planned, plan: toPlan(planned, graph, number) }
}

/**
 * Makes a run that undoes a finished one, linked to it. It is durable when this resolves (I1). One undoes it at a time:
 * asking again gives the run that does, or did; only where that left something undone, another one tries the rest.
 * @throws what planUndoOf throws
 */
export const startUndo = async (
  deps: Omit<StartDeps, 'sql'> & RecoveryReads,
  target: UndoTarget,
): Promise<LinkedRun> => {
  const undo = await planUndoOf(deps, target)
  const { past, former, planned, plan } = undo
  const latest = former.at(-1)
  if (latest !== undefined && (!isTerminal(latest.status) || planned.paths.length === 0))
    return { runId: latest.id, replayed: true, plan }
  const version = await deps.versions.get(past.versionId)
  return { ...(await acceptRun(deps, version, newRun(target, undo))), plan }
}

const newRun = ({ workspaceId, runId }: UndoTarget, { past, former, planned }: Undo): NewRun => ({
  id: uuidv7(),
  workspaceId,
  workflowId: past.workflowId,
  versionId: past.versionId,
  trigger: past.trigger,
  input: past.input,
  priority: past.priority,
  // Of all who ask at the same time one makes the run (I6).
  idempotencyKey: `undo:${runId}:${former.length}`,
  requestHash: requestHash({ undo: runId, after: former.length }),
  originRunId: runId,
  // What was begun to undo the run may have reached the outside: it is the same request there (I5).
  seed: { keyRunId: past.keyRunId, steps: seedSteps(past, planned), undo: listOf(planned.paths, past) },
})

/** Steps of items may be too many to list: they are looked up in the events of the run, none of which is to come. */
const listOf = (paths: readonly string[], { lastSeq }: PastRun): RunSeed['undo'] =>
  paths.every((path) => prefixOf(path) === '') ? [...paths] : { before: lastSeq + 1 }

const seedSteps = ({ id: runId, trigger }: PastRun, planned: PlannedUndo): RunSeed['steps'] => {
  const steps: RunSeed['steps'] = { [trigger]: { runId, taken: [...(planned.trigger ?? [])] } }
  for (const { path, taken } of planned.reused) steps[path] = { runId, taken: [...(taken ?? [])] }
  return steps
}

const compensatorsOf = ({ nodes }: Graph): string[] => nodes.flatMap(({ compensate }) => compensate ?? [])

const toDone = ({ taken, failed, erred, sourceRunId }: StepOutcomeRow, runId: string): DoneStep => ({
  taken,
  failed,
  own: !failed && !erred && sourceRunId === runId,
})

const toPlan = ({ reused, paths }: PlannedUndo, graph: Graph, version: number | null): RetryPlan => ({
  version,
  reused: reused.map(({ path }) => path),
  runs: paths.map((path) => {
    return { path, effect: declaredEffect(graph.nodes[graph.nodeAt(path)!]!), repeats: false }
  }),
  repeatedWrites: [],
})
