import { stepIn } from './scope.js'
import type { RunState, StepState } from './state.js'

/**
 * The steps that a step takes its inputs from: those whose edges to it were taken, by whatever port, in the order of
 * the edges, each once. With `join: 'any'` the one that began it and no other, so that a try after a crash reads what
 * the first one read. What undoes another step reads that one.
 */
export function inputSteps({ graph }: Pick<RunState, 'graph'>, step: StepState): StepState[] {
  const { scope, node, begunBy } = step
  const owner = graph.ownerOf(node)
  if (owner !== undefined) return [stepIn(scope, owner)!]
  const taken = graph
    .incoming(node)
    .filter((edge) => scope.edges[edge - scope.body.firstEdge] === 'taken' && (begunBy ?? edge) === edge)
  const sources = taken.map((edge) => stepIn(scope, graph.indexOf(graph.edges[edge]!.from)!)!)
  return [...new Set(sources)]
}
