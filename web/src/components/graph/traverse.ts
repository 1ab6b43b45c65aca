import type { FlowGraph, FlowNode } from './build-graph.js'
import type { Point } from './layout.js'

const DIRECTIONS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/**
 * The node an arrow key leads to: along an edge where there is one, else the nearest in that direction. Undefined
 * for any other key, and at the border. From nowhere every arrow leads to the first node.
 */
export const traverse = (
  { nodes, edges }: FlowGraph,
  from: string | undefined,
  key: string,
): string | undefined => {
  const direction = DIRECTIONS[key]
  if (direction === undefined) return undefined
  const stops = nodes.filter(({ type }) => type === 'card' || type === 'group-card')
  const start = stops.find(({ id }) => id === from)
  if (start === undefined) return stops[0]?.id
  const linked = new Set(
    direction.x > 0
      ? edges.flatMap(({ source, target }) => (source === from ? [target] : []))
      : direction.x < 0
        ? edges.flatMap(({ source, target }) => (target === from ? [source] : []))
        : [],
  )
  const candidates = linked.size > 0 ? stops.filter(({ id }) => linked.has(id)) : stops
  return nearest(start, candidates, direction, linked.size > 0)
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
