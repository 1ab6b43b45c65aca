import { isTerminal, MillraceError, type RetryPlan } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import {
  type Graph,
  holdersOf,
  type PlannedRetry,
  planRetry,
  prefixOf,
  type RetryFrom,
} from '@millrace/engine'
import { declaredEffect, nodeCatalogue } from '@millrace/nodes'
import type { PastRun, RunReads, StepOutcomeRow } from '@millrace/run-store'
import { loadGraph } from '../published/graph.js'
import { refuseDeleted, resolveVersion } from '../published/workflows.js'
import { noSuchRun } from '../runs/params.js'
import { findUnsureWrites, withUnsureWrites } from './unsure-writes.js'

export interface RecoveryReads {
  readonly sql: Sql
  readonly store: Pick<
    RunReads,
    | 'getPastRun'
    | 'getStepOutcomes'
    | 'getCompensations'
    | 'getUndoRuns'
    | 'getUnfinishedPaths'
    | 'getCalledRuns'
    | 'findWritten'
  >
}

/** Where a retry begins; a step by its path. */
export type RetryStart = 'start' | 'failed' | { readonly step: string }

export interface RetryTarget {
  readonly workspaceId: string
  readonly runId: string
  readonly start: RetryStart
  readonly version: 'same' | 'latest'
}

export interface Recovery {
  readonly past: PastRun
  readonly versionId: string
  readonly planned: PlannedRetry
  /** Something of it has been undone: what its idempotency keys stand for is no more. */
  readonly undone: boolean
  /** The same for people. */
  readonly plan: RetryPlan
}

/**
 * What making another run of a finished one comes to. Changes nothing.
 * @throws NOT_FOUND, RUN_NOT_FINISHED, WORKFLOW_DELETED, NOT_PUBLISHED, NO_SUCH_TRIGGER, NO_SUCH_STEP, NOTHING_TO_RETRY
 */
export const planRecovery = async (deps: RecoveryReads, target: RetryTarget): Promise<Recovery> => {
  const { sql, store } = deps
  const past = await readFinished(store, target.workspaceId, target.runId)
  if (past.undoes)
    throw new MillraceError('NOTHING_TO_RETRY', 'This run undoes another one: undo that one again')
  await refuseDeleted(sql, past.workflowId)
  const versionId =
    target.version === 'same'
      ? past.versionId
      : await resolveVersion(sql, target.workspaceId, past.workflowId, undefined)
  const before = await loadGraph(sql, past.versionId)
  const after = versionId === past.versionId ? before : await loadGraph(sql, versionId)
  const trigger = after.graph.indexOf(past.trigger)
  if (trigger === undefined || !after.graph.isTrigger(trigger))
    throw new MillraceError('NO_SUCH_TRIGGER', `${titleOf(after)} has no trigger ${past.trigger}`)
  const outcomes = await store.getStepOutcomes(target.workspaceId, past.id)
  const from = retryFrom(target.start, after)
  const isUndone = await findUndone(store, target.workspaceId, before.graph, outcomes)
  const byPath = new Map(outcomes.map((outcome) => [outcome.path, { ...outcome, undone: isUndone(outcome) }]))
  const undone = [...byPath.values()].some((outcome) => outcome.undone)
  const planned = planRetry(before.graph, after.graph, past.trigger, byPath, from, nodeCatalogue())
  const nothingChanged = past.status === 'completed' && before === after && !undone
  if (from.kind === 'failed' && (nothingChanged || planned.runs.length === 0))
    throw new MillraceError('NOTHING_TO_RETRY')
  const ended = { id: past.id, workspaceId: target.workspaceId }
  const unsure = await findUnsureWrites(sql, store, ended, before.graph, outcomes)
  const plan = withUnsureWrites(toPlan(planned, after, byPath), unsure)
  return { past, versionId, planned, undone, plan }
}

/** @throws NOT_FOUND, RUN_NOT_FINISHED */
export const readFinished = async (
  store: Pick<RunReads, 'getPastRun'>,
  workspaceId: string,
  runId: string,
): Promise<PastRun> => {
  const past = await store.getPastRun(workspaceId, runId)
  if (past === null) throw noSuchRun()
  if (!isTerminal(past.status)) throw new MillraceError('RUN_NOT_FINISHED', `The run is ${past.status}`)
  return past
}

/** Whether what an outcome stands for has been undone, or may have been, in the run that worked it out. */
const findUndone = async (
  store: RecoveryReads['store'],
  workspaceId: string,
  graph: Graph,
  outcomes: readonly StepOutcomeRow[],
): Promise<(outcome: StepOutcomeRow) => boolean> => {
  const undoing = graph.nodes.flatMap(({ compensate }) => compensate ?? [])
  if (undoing.length === 0) return () => false
  const sources = new Set(outcomes.map(({ sourceRunId }) => sourceRunId).filter((id) => id !== null))
  const begun = await store.getCompensations(workspaceId, [...sources], undoing)
  const known = new Set(begun.map(({ runId, path }) => JSON.stringify([runId, ownedBy(graph, path)])))
  return ({ sourceRunId, path }) => known.has(JSON.stringify([sourceRunId, path]))
}

/** Whose outcome has been undone by the step at this path: its owner's, or that of the container around both. */
const ownedBy = (graph: Graph, path: string): string => {
  const [outermost] = holdersOf(prefixOf(path))
  return outermost?.id ?? graph.nodes[graph.ownerOf(graph.nodeAt(path)!)!]!.id
}

type Loaded = Awaited<ReturnType<typeof loadGraph>>

const titleOf = ({ number }: Pick<Loaded, 'number'>): string =>
  number === null ? 'The snapshot of the draft' : `Version ${number}`

const retryFrom = (start: RetryStart, { graph, number }: Loaded): RetryFrom => {
  if (start === 'start' || start === 'failed') return { kind: start }
  const node = graph.indexOf(start.step)
  if (node === undefined)
    throw new MillraceError('NO_SUCH_STEP', `${titleOf({ number })} has no step ${start.step} of its own`)
  const owner = graph.ownerOf(node)
  if (owner !== undefined)
    throw new MillraceError('NO_SUCH_STEP', `${start.step} undoes ${graph.nodes[owner]!.id}: undo the run`)
  return { kind: 'step', node }
}

const toPlan = (
  planned: PlannedRetry,
  { graph, number }: Loaded,
  outcomes: ReadonlyMap<string, StepOutcomeRow>,
): RetryPlan => {
  const runs = planned.runs.map((index) => {
    const node = graph.nodes[index]!
    return {
      path: node.id,
      effect: declaredEffect(node),
      repeats: outcomes.get(node.id)?.failed === false,
    }
  })
  return {
    version: number,
    reused: planned.reused.map((step) => step.path),
    runs,
    repeatedWrites: runs.filter((step) => step.repeats && step.effect === 'write').map((step) => step.path),
  }
}
