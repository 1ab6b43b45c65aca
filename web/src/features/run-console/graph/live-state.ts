import type { RunState } from '@millrace/engine'
import { graphEdgeKey, type LiveNode, type LiveState } from '../../../components/graph/graph-types.js'
import { stateOf } from '../../../components/state/state.js'
import { stepDuration } from '../steps/step-duration.js'

/** What a moment of a run shows on its graph: how each step stands, and which edges were taken. */
export function liveStateOf(state: RunState, now: number): LiveState {
  const { graph } = state
  const nodes = new Map<string, LiveNode>()
  for (const step of state.steps) {
    const durationMs = stepDuration(step, now)
    nodes.set(step.path, {
      state: stateOf(step),
      attempt: step.attempt,
      ...(durationMs === undefined ? {} : { durationMs }),
    })
  }
  const edges = new Map<string, number>()
  for (const [index, edge] of graph.definition.edges.entries())
    if (state.edges[index] === 'taken') edges.set(graphEdgeKey(edge), 1)
  return { nodes, edges }
}
