import { getBezierPath, Position, ViewportPortal } from '@xyflow/react'
import { useContext, useMemo } from 'react'
import { useStore } from 'zustand'
import type { FlowEdge, FlowNode } from './build-graph.js'
import { cornersOf } from './drag.js'
import classes from './graph.module.css'
import type { LiveState } from './graph-types.js'
import type { Point } from './layout.js'
import { LiveContext } from './live-store.js'

interface FarEdgesProps {
  readonly nodes: readonly FlowNode[]
  readonly edges: readonly FlowEdge[]
  readonly selected: ReadonlySet<string>
}

/** All edges as three shapes, for a canvas seen from afar: a thousand elements of their own would make it slow. */
export const FarEdges = ({ nodes, edges, selected }: FarEdgesProps) => {
  const taken = useStore(useContext(LiveContext), (live) => live.edges)
  const paths = useMemo(() => pathsOf(nodes, edges), [nodes, edges])
  const shapes = useMemo(() => shapesOf(paths, taken, selected), [paths, taken, selected])
  return (
    <ViewportPortal>
      <svg className={classes['farEdges']} aria-hidden>
        <path className={classes['edge']} d={shapes.plain} />
        <path className={classes['edge']} d={shapes.taken} data-taken />
        <path className={classes['edge']} d={shapes.selected} data-selected />
      </svg>
    </ViewportPortal>
  )
}

/** By the edge's id. */
const pathsOf = (nodes: readonly FlowNode[], edges: readonly FlowEdge[]): ReadonlyMap<string, string> => {
  const corners = cornersOf(nodes)
  const byId = new Map(
    nodes.map((node) => [node.id, { node, corner: corners.get(node.id) ?? node.position }]),
  )
  return new Map(
    edges.flatMap((edge) => {
      const [source, target] = [byId.get(edge.source), byId.get(edge.target)]
      return source === undefined || target === undefined ? [] : [[edge.id, pathOf(edge, source, target)]]
    }),
  )
}

interface Placed {
  readonly node: FlowNode
  /** Upper left, on the canvas. */
  readonly corner: Point
}

const pathOf = ({ sourceHandle }: FlowEdge, source: Placed, target: Placed): string => {
  const outlet = source.node.handles?.find(({ type, id }) => type === 'source' && id === sourceHandle)
  const inlet = target.node.handles?.find(({ type }) => type === 'target')
  const { width = 0, height = 0 } = source.node
  const [path] = getBezierPath({
    sourceX: source.corner.x + width,
    sourceY: source.corner.y + middleOf(outlet, height),
    sourcePosition: Position.Right,
    targetX: target.corner.x,
    targetY: target.corner.y + middleOf(inlet, target.node.height ?? 0),
    targetPosition: Position.Left,
  })
  return path
}

const middleOf = (
  handle: { readonly y: number; readonly height?: number } | undefined,
  cardHeight: number,
): number => (handle === undefined ? cardHeight / 2 : handle.y + (handle.height ?? 0) / 2)

const shapesOf = (
  paths: ReadonlyMap<string, string>,
  taken: LiveState['edges'],
  selected: ReadonlySet<string>,
): Record<'plain' | 'taken' | 'selected', string> => {
  const shapes = { plain: '', taken: '', selected: '' }
  for (const [id, path] of paths)
    shapes[selected.has(id) ? 'selected' : taken.has(id) ? 'taken' : 'plain'] += path
  return shapes
}
