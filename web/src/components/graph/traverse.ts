import type { FlowGraph, FlowNode } from './build-graph.js'
import type { Point } from './layout.js'

const DIRECTIONS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

const STOPS: ReadonlySet<string> = new Set(['card', 'frame', 'group-card'])

/**
 * The node an arrow key leads to: along an edge where there is one, else the nearest in that direction. Down leads
 * into a container, and past the rim of a body one comes to its container. Undefined for any other key, and at the
 * border. From nowhere every arrow leads to the first node.
 */
export const traverse = (
  { nodes, edges }: FlowGraph,
  from: string | undefined,
  key: string,
): string | undefined => {
  const direction = DIRECTIONS[key]
  if (direction === undefined) return undefined
  const everywhere = nodes.filter(({ type }) => type !== undefined && STOPS.has(type))
  const start = everywhere.find(({ id }) => id === from)
  if (start === undefined) return everywhere[0]?.id
  const first = direction.y > 0 ? everywhere.find(({ parentId }) => parentId === from) : undefined
  if (first !== undefined) return first.id
  const stops = everywhere.filter(({ parentId }) => parentId === start.parentId)
  const linked = new Set(
    direction.x > 0
      ? edges.flatMap(({ source, target }) => (source === from ? [target] : []))
      : direction.x < 0
        ? edges.flatMap(({ source, target }) => (target === from ? [source] : []))
        : [],
  )
  const candidates = linked.size > 0 ? stops.filter(({ id }) => linked.has(id)) : stops
  return nearest(start, candidates, direction, linked.size > 0) ?? start.parentId
}

const nearest = (
  start: FlowNode,
  candidates: readonly FlowNode[],
  direction: Point,
  anywhere: boolean,
): string | undefined => {
  const origin = centre(start)
  let best: { readonly id: string; readonly cost: number } | undefined
  for (const each of candidates) {
    const point = centre(each)
    const ahead = (point.x - origin.x) * direction.x + (point.y - origin.y) * direction.y
    if (each.id === start.id || (!anywhere && ahead <= 0)) continue
    const aside = Math.abs((point.x - origin.x) * direction.y) + Math.abs((point.y - origin.y) * direction.x)
    const cost = Math.abs(ahead) + 2 * aside
    if (best === undefined || cost < best.cost) best = { id: each.id, cost }
  }
  return best?.id
}

const centre = ({ position, width = 0, height = 0 }: FlowNode): Point => ({
  x: position.x + width / 2,
  y: position.y + height / 2,
})
