import type { Graph } from '../graph/graph.js'
import { pathThatUndoes } from './compensation.js'
import type { KeptStep, PastOutcome } from './plan-retry.js'

export interface DoneStep extends PastOutcome {
  /** The run has completed it well, and itself. */
  readonly own: boolean
}

export interface PlannedUndo {
  /** Every outcome, in the order of completion, the fired trigger left out: the way the run went. */
  readonly reused: readonly KeptStep[]
  /** The edges the trigger took; undefined when it never did. */
  readonly trigger: readonly number[] | undefined
  /** Paths of the steps that undo, the latest completion first. */
  readonly paths: readonly string[]
}

/**
 * What a linked run does to undo a finished one. `outcomes` by path, in the order of completion; `undone`: paths of
 * steps that have undone their part before.
 */
export function planUndo(
  graph: Graph,
  trigger: string,
  outcomes: ReadonlyMap<string, DoneStep>,
  undone: ReadonlySet<string>,
): PlannedUndo {
  const reused: KeptStep[] = []
  const paths: string[] = []
  for (const [path, { taken, own }] of outcomes) {
    const node = graph.nodeAt(path)
    if (node === undefined || path === trigger || graph.ownerOf(node) !== undefined) continue
    // The outcomes of steps inside of containers are part of their container's.
    if (graph.indexOf(path) === node) reused.push({ path, taken })
    const undoing = pathThatUndoes(graph, path)
    if (own && undoing !== undefined && !undone.has(undoing)) paths.push(undoing)
  }
  return { reused, trigger: outcomes.get(trigger)?.taken, paths: paths.reverse() }
}
