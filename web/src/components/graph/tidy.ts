import { graphlib, layout } from '@dagrejs/dagre'
import type { Point } from './layout.js'
import type { Size } from './sizes.js'

/** A graph to lay out, as plain data: it is sent to a worker. */
export interface TidyRequest {
  readonly nodes: readonly (Size & { readonly id: string })[]
  readonly edges: readonly { readonly from: string; readonly to: string }[]
}

export type TidyAnswer = readonly (Point & { readonly id: string })[]

/** Places the nodes in columns from left to right; upper left corners, on a grid of 4. */
export const tidy = ({ nodes, edges }: TidyRequest): TidyAnswer => {
  const graph = new graphlib.Graph()
  graph.setGraph({ rankdir: 'LR', ranker: 'tight-tree', ranksep: 72, nodesep: 36 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height })
  for (const { from, to } of edges) if (graph.hasNode(from) && graph.hasNode(to)) graph.setEdge(from, to)
  layout(graph)
  return nodes.map(({ id, width, height }) => {
    const { x = 0, y = 0 } = graph.node(id)
    return { id, x: toGrid(x - width / 2), y: toGrid(y - height / 2) }
  })
}

const toGrid = (value: number): number => Math.round(value / 4) * 4
