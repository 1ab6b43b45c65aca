import type { Shape } from './read-shape.js'

/** Neighbours by position among the nodes that could be read; edges that dangle are left out. */
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
  return { size: nodes.length, indexOf: (id) => index.get(id), successors: (node) => next[node] ?? [] }
}
