import type { RunState, StepState } from '@millrace/engine'

/** Steps that were skipped for one and the same reason. */
export interface SkippedGroup {
  /** The nearest step that ran and took another way, or was not undone; undefined behind a trigger that did not fire. */
  readonly cause: StepState | undefined
  readonly steps: StepState[]
}

/**
 * Skips by their cause: a skip only passes on what an earlier step decided. In the order of the graph; a step with
 * several causes stands under the first.
 */
export function groupSkippedSteps({ graph, steps }: RunState): SkippedGroup[] {
  const groups = new Map<number | undefined, SkippedGroup>()
  const causes = new Map<number, number | undefined>()
  for (const node of graph.order) {
    const step = steps[node]
    if (step?.status !== 'skipped') continue
    const before =
      graph.ownerOf(node) ?? graph.indexOf(graph.edges[graph.incoming(node)[0] ?? -1]?.from ?? '')
    const isPassedOn = before !== undefined && steps[before]?.status === 'skipped'
    const cause = isPassedOn ? causes.get(before) : before
    causes.set(node, cause)
    if (graph.isTrigger(node)) continue
    const group = groups.get(cause) ?? { cause: cause === undefined ? undefined : steps[cause], steps: [] }
    group.steps.push(step)
    groups.set(cause, group)
  }
  return [...groups.values()]
}
