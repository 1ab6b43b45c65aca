import type { RetryPlan } from '@millrace/contracts'
import type { Graph, RunState } from '@millrace/engine'

/** Whether anything that the run has completed itself can be undone, and has not been. */
export const canBeUndone = ({ undoable, undoableInside, compensation }: RunState): boolean => {
  if (compensation === null) return undoableInside || undoable.length > 0
  const { error, failures, left, before } = compensation
  return error !== null && (failures > 0 || left.length > 0 || before !== null)
}

export interface UndoStep {
  readonly path: string
  /** Path of the step whose completion it takes back. */
  readonly undoes: string
}

/** What an undo runs, in its order. */
export const undoSteps = (graph: Graph, { runs }: RetryPlan): readonly UndoStep[] =>
  runs.map(({ path }) => {
    const node = graph.nodeAt(path)
    const owner = node === undefined ? undefined : graph.ownerOf(node)
    // Both are in the same pass of the same body.
    const pass = path.slice(0, path.lastIndexOf('.') + 1)
    return { path, undoes: owner === undefined ? '' : pass + (graph.nodes[owner]?.id ?? '') }
  })

/** Whether the run is there to undo another one. */
export const isUndo = ({ compensation }: RunState): boolean => compensation?.error === null
