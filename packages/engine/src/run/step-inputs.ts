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

/**
 * Ids of the steps that a step may read: those that lead to it, or to a container around it, whatever became of them. What
 * undoes another step may read that one, and what it may. The rule that validation holds expressions to.
 */
export function stepsBefore({ graph }: Pick<RunState, 'graph'>, step: StepState): Set<string> {
  const ids = new Set<string>()
  for (let each: StepState | null = step; each !== null; each = each.scope.container) {
    const owner = graph.ownerOf(each.node)
    if (owner !== undefined) ids.add(graph.nodes[owner]!.id)
    const open = [owner ?? each.node]
    for (let node = open.pop(); node !== undefined; node = open.pop())
      for (const edge of graph.incoming(node)) {
        const { from } = graph.edges[edge]!
        if (ids.has(from)) continue
        ids.add(from)
        open.push(graph.indexOf(from)!)
      }
  }
  return ids
}
