import type { DefinitionProblem } from '@millrace/contracts'
import type { NodeCatalogue } from '../catalogue.js'
import type { Neighbours } from './neighbours.js'
import { findCycles } from './order.js'
import { problem } from './problem.js'
import type { Shape } from './read-shape.js'
import type { InTurns } from './turns.js'

/** Nodes of a cycle that a message names at most. */
const NAMED_NODES = 50

/** The graph as a whole: no cycle, and everything within reach of a trigger; a body is within reach of its container. */
export function* checkStructure(
  shape: Shape,
  neighbours: Neighbours,
  catalogue: NodeCatalogue,
): InTurns<DefinitionProblem[]> {
  const cycles = checkCycles(shape, neighbours)
  yield
  return [...cycles, ...checkReach(shape, neighbours, catalogue)]
}

/** Each cycle points at the edge that closes it. */
function checkCycles({ nodes, edges }: Shape, { size, successors }: Neighbours): DefinitionProblem[] {
  const cycles = findCycles(size, successors).map((cycle) => cycle.map((node) => nodes[node]!.node.id))
  if (cycles.length === 0) return []
  const places = new Map(edges.map(({ at, edge }) => [JSON.stringify([edge.from, edge.to]), at]))
  return cycles.map((cycle) => {
    const closing = places.get(JSON.stringify(cycle.slice(-2)))
    const shown = cycle.length <= NAMED_NODES ? cycle : [...cycle.slice(0, NAMED_NODES), '…', cycle[0]]
    return problem(
      closing ?? '/edges',
      'CYCLE',
      `These nodes lead in a circle: ${shown.join(' → ')}`,
      'Remove one of its edges.',
    )
  })
}

function checkReach(
  { nodes, complete }: Shape,
  { successors }: Neighbours,
  catalogue: NodeCatalogue,
): DefinitionProblem[] {
  const open = nodes.flatMap(({ within, node }, position) =>
    within === '' && catalogue.get(node.type)?.trigger ? [position] : [],
  )
  // Without any trigger everything is out of reach, and NO_TRIGGER says so once.
  if (open.length === 0 || !complete) return []
  const reached = new Uint8Array(nodes.length)
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (reached[node] === 1) continue
    reached[node] = 1
    for (const next of successors(node)) open.push(next)
  }
  return nodes
    .filter(({ within }, position) => within === '' && reached[position] === 0)
    .map(({ at, node }) =>
      problem(at, 'UNREACHABLE_NODE', `No trigger leads to ${node.id}`, 'Connect it, or remove it.'),
    )
}
