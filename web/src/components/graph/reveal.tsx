import { useEffect, useRef } from 'react'
import type { FlowGraph } from './build-graph.js'
import { cornersOf } from './drag.js'
import type { Point } from './layout.js'
import type { Size } from './sizes.js'
import { useCanMove, useCanvas, useReadView, type View } from './xyflow.js'

/** A card is never moved to at a zoom at which it cannot be read. */
const LEAST_ZOOM = 0.6
const SETTLED_MS = 100

/**
 * Moves the view to a node when it is selected out of sight: only what is in sight is drawn at all. Once it is there,
 * whoever moves the view away is left alone.
 */
export const Reveal = ({
  graph,
  selected,
}: {
  readonly graph: FlowGraph
  readonly selected: string | undefined
}) => {
  const { getZoom, setCenter } = useCanvas()
  const canMove = useCanMove()
  const readView = useReadView()
  const latest = useRef(graph)
  useEffect(() => {
    latest.current = graph
  })
  useEffect(() => {
    if (selected === undefined || !canMove) return
    // Once the view has been fitted to the graph.
    const timer = setTimeout(() => {
      const { nodes } = latest.current
      const node = nodes.find(({ id }) => id === selected)
      if (node === undefined) return
      const { width = 0, height = 0 } = node
      const corner = cornersOf(nodes).get(selected) ?? node.position
      if (isInView(corner, { width, height }, readView())) return
      const zoom = Math.max(getZoom(), LEAST_ZOOM)
      void setCenter(corner.x + width / 2, corner.y + height / 2, { zoom })
    }, SETTLED_MS)
    return () => clearTimeout(timer)
  }, [selected, canMove, getZoom, readView, setCenter])
  return null
}

const isInView = ({ x, y }: Point, { width, height }: Size, view: View): boolean =>
  x < view.x + view.width && x + width > view.x && y < view.y + view.height && y + height > view.y
