import type { RetryPlan } from '@millrace/contracts'
import type { Graph, RunState } from '@millrace/engine'

/** Whether anything that the run has completed itself can be undone, and has not been. */
export const canBeUndone = ({ graph, steps, undoable }: RunState): boolean =>
  undoable.some(({ node }) => {
    const undoing = graph.compensatorOf(node)
    return undoing !== undefined && steps[undoing]?.status !== 'completed'
  })

export interface UndoStep {
  readonly path: string
  /** The node whose completion it takes back. */
  readonly undoes: string
}

/** What an undo runs, in its order. */
export const undoSteps = ({ nodes }: Graph, { runs }: RetryPlan): readonly UndoStep[] =>
  runs.map(({ path }) => ({ path, undoes: nodes.find(({ compensate }) => compensate === path)?.id ?? '' }))

/** Whether the run is there to undo another one. */
export const isUndo = ({ compensation }: RunState): boolean => compensation?.error === null
