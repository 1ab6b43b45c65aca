import type { Shape } from './read-shape.js'

/**
 * Neighbours by position among the nodes that could be read; edges that dangle are left out. What undoes a node comes
 * after it: it is within reach of it, and may read what ran before.
 */
export interface Neighbours {
  readonly size: number
  indexOf(id: string): number | undefined
  successors(node: number): readonly number[]
}

export function neighboursOf({ nodes, edges }: Shape): Neighbours {
  const index = new Map(nodes.map(({ node }, position) => [node.id, position]))
  const next: number[][] = nodes.map(() => [])
  for (const { edge } of edges) {
    const from = index.get(edge.from)
    const to = index.get(edge.to)
    if (from !== undefined && to !== undefined) next[from]!.push(to)
  }
  for (const [from, { node }] of nodes.entries()) {
    const to = node.compensate === undefined ? undefined : index.get(node.compensate)
    if (to !== undefined && to !== from) next[from]!.push(to)
  }
  return { size: nodes.length, indexOf: (id) => index.get(id), successors: (node) => next[node] ?? [] }
}
