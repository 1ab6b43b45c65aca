import { graphlib, layout } from '@dagrejs/dagre'
import type { Point } from './layout.js'
import { BODY_CORNER, frameSize, type Size } from './sizes.js'

/** A graph to lay out, as plain data: it is sent to a worker. */
export interface TidyRequest {
  readonly nodes: readonly TidyNode[]
  readonly edges: readonly { readonly from: string; readonly to: string }[]
}

/** A container's own size counts where its body is not laid out with it, or does not show. */
interface TidyNode extends Size {
  readonly id: string
  readonly container?: string | undefined
  readonly folded: boolean
}

export type TidyAnswer = readonly (Point & { readonly id: string })[]

/**
 * Places the nodes in columns from left to right; upper left corners within their containers, on a grid of 4. Bodies
 * first: a container takes the room that its body needs.
 */
export const tidy = ({ nodes, edges }: TidyRequest): TidyAnswer => {
  const known = new Set(nodes.map(({ id }) => id))
  const inside = new Map<string | undefined, TidyNode[]>()
  for (const node of nodes) {
    const container = node.container !== undefined && known.has(node.container) ? node.container : undefined
    const body = inside.get(container)
    if (body === undefined) inside.set(container, [node])
    else body.push(node)
  }
  const answer: (Point & { id: string })[] = []
  const layBody = (container: string | undefined, corner: Point): Size => {
    const sized = (inside.get(container) ?? []).map((node) => {
      const size = inside.has(node.id) ? layBody(node.id, BODY_CORNER) : node
      return { id: node.id, ...(node.folded ? node : size) }
    })
    const placed = layColumns(sized, edges).map((node) => ({
      ...node,
      x: node.x + corner.x,
      y: node.y + corner.y,
    }))
    answer.push(...placed.map(({ id, x, y }) => ({ id, x, y })))
    return frameSize(placed)
  }
  layBody(undefined, { x: 0, y: 0 })
  return answer
}

type Sized = Size & { readonly id: string }

const layColumns = (nodes: readonly Sized[], edges: TidyRequest['edges']): (Sized & Point)[] => {
  const graph = new graphlib.Graph()
  graph.setGraph({ rankdir: 'LR', ranker: 'tight-tree', ranksep: 72, nodesep: 36 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height })
  for (const { from, to } of edges) if (graph.hasNode(from) && graph.hasNode(to)) graph.setEdge(from, to)
  layout(graph)
  return nodes.map(({ id, width, height }) => {
    const { x = 0, y = 0 } = graph.node(id)
    return { id, width, height, x: toGrid(x - width / 2), y: toGrid(y - height / 2) }
  })
}

const toGrid = (value: number): number => Math.round(value / 4) * 4
