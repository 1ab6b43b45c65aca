import type { RunState, StepState } from '@millrace/engine'
import { graphEdgeKey, type LiveNode, type LiveState } from '../../../components/graph/graph-types.js'
import { stateOf } from '../../../components/state/state.js'
import { stepDuration } from '../steps/step-duration.js'
import type { PassTally } from './pass-tally.js'

/** What a moment of a run shows on its graph: how each step stands, which edges were taken, and how many items passed. */
export function liveStateOf(
  state: RunState,
  passes: Pick<PassTally, 'nodes' | 'edges'>,
  now: number,
): LiveState {
  const { graph } = state
  const nodes = new Map<string, LiveNode>()
  for (const step of state.steps) {
    const durationMs = stepDuration(step, now)
    nodes.set(step.path, {
      state: stateOf(step),
      attempt: step.attempt,
      ...(durationMs === undefined ? {} : { durationMs }),
      ...progressOf(step),
    })
  }
  for (const [id, { state: shown, ended }] of passes.nodes) nodes.set(id, { state: shown, attempt: 1, ended })
  const edges = new Map(passes.edges)
  for (const [index, edge] of graph.definition.edges.entries())
    if (state.edges[index] === 'taken') edges.set(graphEdgeKey(edge), itemsOf(state, edge.from))
  return { nodes, edges }
}

const progressOf = ({ inside }: StepState): Pick<LiveNode, 'ended' | 'passes'> => {
  if (inside === null || inside.kind === 'past') return {}
  return inside.kind === 'map' ? { ended: inside.ended, passes: inside.count } : { ended: inside.ended }
}

/** A list that passes counts by its items. */
const itemsOf = ({ graph, steps }: RunState, id: string): number => {
  const output = steps[graph.indexOf(id) ?? -1]?.output
  return Array.isArray(output) ? output.length : 1
}
