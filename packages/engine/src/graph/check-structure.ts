import type { DefinitionProblem } from '@millrace/contracts'
import type { NodeCatalogue } from '../catalogue.js'
import { findCycle, sortTopologically } from './order.js'
import { problem } from './problem.js'
import type { Shape } from './read-shape.js'

/** Neighbours by position among the nodes that could be read; edges that dangle are left out. */
export interface Neighbours {
  readonly size: number
  successors(node: number): readonly number[]
  predecessors(node: number): readonly number[]
}

export function neighboursOf({ nodes, edges }: Shape): Neighbours {
  const index = new Map(nodes.map(({ node }, position) => [node.id, position]))
  const next: number[][] = nodes.map(() => [])
  const previous: number[][] = nodes.map(() => [])
  for (const { edge } of edges) {
    const from = index.get(edge.from)
    const to = index.get(edge.to)
    if (from === undefined || to === undefined) continue
    next[from]!.push(to)
    previous[to]!.push(from)
  }
  return {
    size: nodes.length,
    successors: (node) => next[node] ?? [],
    predecessors: (node) => previous[node] ?? [],
  }
}

/** The graph as a whole: no cycle, and everything within reach of a trigger. */
export function checkStructure(
  shape: Shape,
  neighbours: Neighbours,
  catalogue: NodeCatalogue,
): DefinitionProblem[] {
  return [...checkCycle(shape, neighbours), ...checkReach(shape, neighbours, catalogue)]
}

function checkCycle({ nodes }: Shape, { size, successors }: Neighbours): DefinitionProblem[] {
  if (sortTopologically(size, successors).length === size) return []
  const cycle = (findCycle(size, successors) ?? []).map((node) => nodes[node]?.node.id)
  return [problem('/edges', 'CYCLE', `a cycle: ${cycle.join(' → ')}`, 'Remove one of its edges.')]
}

function checkReach(
  { nodes }: Shape,
  { successors }: Neighbours,
  catalogue: NodeCatalogue,
): DefinitionProblem[] {
  const reached = new Set<number>()
  const open: number[] = []
  for (const [position, { node }] of nodes.entries())
    if (catalogue.get(node.type)?.trigger) open.push(position)
  // Without any trigger everything is out of reach, and NO_TRIGGER says so once.
  if (open.length === 0) return []
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (reached.has(node)) continue
    reached.add(node)
    open.push(...successors(node))
  }
  return nodes.flatMap(({ at, node }, position) =>
    reached.has(position)
      ? []
      : [
          problem(
            `/nodes/${at}`,
            'UNREACHABLE_NODE',
            `no trigger leads to ${node.id}`,
            'Connect it, or remove it.',
          ),
        ],
  )
}
