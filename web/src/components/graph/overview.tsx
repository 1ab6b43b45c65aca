import { Panel } from '@xyflow/react'
import { type PointerEvent, useMemo } from 'react'
import { type Box, boundsOf, boxesOf } from './boxes.js'
import type { FlowNode } from './build-graph.js'
import classes from './graph.module.css'
import { useCanvas, useView } from './xyflow.js'

const WIDTH = 200
const HEIGHT = 150
/** Around the nodes, of the larger side. */
const MARGIN = 0.05

/** The whole graph in a corner, and what of it is in view; moves the view. All nodes are one shape, however many. */
export const Overview = ({ nodes }: { readonly nodes: readonly FlowNode[] }) => {
  const { setCenter, zoomTo } = useCanvas()
  const view = useView()
  const { shape, bounds } = useMemo(() => {
    const boxes = boxesOf(nodes)
    return { shape: boxes.map(rectangleOf).join(''), bounds: boundsOf(boxes) }
  }, [nodes])
  const box = frameOf(bounds, view)

  const moveTo = (event: PointerEvent<SVGSVGElement>): void => {
    const { left, top } = event.currentTarget.getBoundingClientRect()
    const x = box.x + ((event.clientX - left) / WIDTH) * box.width
    const y = box.y + ((event.clientY - top) / HEIGHT) * box.height
    void setCenter(x, y, { zoom: view.zoom })
  }
  return (
    <Panel position="bottom-right" className={classes['overview'] ?? ''}>
      <svg
        width={WIDTH}
        height={HEIGHT}
        viewBox={`${box.x} ${box.y} ${box.width} ${box.height}`}
        role="img"
        aria-label="Overview"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          moveTo(event)
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) moveTo(event)
        }}
        onWheel={({ deltaY }) => void zoomTo(view.zoom * (deltaY > 0 ? 0.9 : 1.1))}
      >
        <path className={classes['overviewNodes']} d={shape} />
        <rect
          className={classes['overviewView']}
          x={view.x}
          y={view.y}
          width={view.width}
          height={view.height}
        />
      </svg>
    </Panel>
  )
}

const rectangleOf = ({ x, y, width, height }: Box): string => `M${x} ${y}h${width}v${height}h${-width}z`

/** Holds the graph and the view, in the corner's own proportions. */
const frameOf = (graph: Box, view: Box): Box => {
  const x = Math.min(graph.x, view.x)
  const y = Math.min(graph.y, view.y)
  const width = Math.max(graph.x + graph.width, view.x + view.width) - x
  const height = Math.max(graph.y + graph.height, view.y + view.height) - y
  const scale = Math.max(width / WIDTH, height / HEIGHT) * (1 + 2 * MARGIN)
  return {
    x: x - (scale * WIDTH - width) / 2,
    y: y - (scale * HEIGHT - height) / 2,
    width: scale * WIDTH,
    height: scale * HEIGHT,
  }
}
