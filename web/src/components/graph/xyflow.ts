import {
  getViewportForBounds,
  type ReactFlowState,
  useConnection,
  useReactFlow,
  useStore,
  useStoreApi,
  type Viewport,
} from '@xyflow/react'
import { useCallback } from 'react'
import { shallow } from 'zustand/shallow'
import { type Box, boundsOf, boxesOf } from './boxes.js'
import type { FlowEdge, FlowNode } from './build-graph.js'
import type { Size } from './sizes.js'

/** The one place that reads xyflow's store: its shape changes with every major version. */

/** Below this zoom a card's words cannot be read, and it is drawn as a plain box. */
const READABLE_ZOOM = 0.45

/** Not before there is a view at all: a large graph would be drawn in full once, only to be seen from afar. */
const isReadable = ({ panZoom, transform }: ReactFlowState): boolean =>
  panZoom !== null && transform[2] >= READABLE_ZOOM

/** For the canvas itself: what it draws asks `useReadable` of readable.ts. */
export const useReadableZoom = (): boolean => useStore(isReadable)

export const MIN_ZOOM = 0.05
const FIT_ZOOM = 1
const FIT_PADDING = 0.15

/** How the whole graph is brought into view: with the cards that have not been drawn yet. */
export const FIT = { maxZoom: FIT_ZOOM, padding: FIT_PADDING, includeHiddenNodes: true }

/** The same, for a canvas that does not stand yet. */
export const fittedViewport = (graph: Box, { width, height }: Size): Viewport =>
  getViewportForBounds(graph, width, height, MIN_ZOOM, FIT_ZOOM, FIT_PADDING)

/** What of the canvas is in sight, in its own coordinates. */
export interface View extends Box {
  readonly zoom: number
}

const viewOf = ({ transform: [x, y, zoom], width, height }: ReactFlowState): View => ({
  x: -x / zoom,
  y: -y / zoom,
  width: width / zoom,
  height: height / zoom,
  zoom,
})

export const useView = (): View => useStore(viewOf, shallow)

/** Reads the view when it is asked, and follows nothing. */
export const useReadView = (): (() => View) => {
  const store = useStoreApi()
  return useCallback(() => viewOf(store.getState()), [store])
}

/** Width of the canvas on the screen, in pixels. */
export const useCanvasWidth = (): number => useStore((state: ReactFlowState) => state.width)

/** Whether a node is drawn: only what is in sight is. */
export const useIsDrawn = (id: string | undefined): boolean =>
  useStore(
    useCallback(
      (state: ReactFlowState) => {
        const node = id === undefined ? undefined : state.nodeLookup.get(id)
        if (node === undefined || node.hidden === true) return false
        const { width = 0, height = 0 } = node.measured
        return isInView({ ...node.internals.positionAbsolute, width, height }, viewOf(state))
      },
      [id],
    ),
  )

/** Whether any of it is in sight. */
export const isInView = ({ x, y, width, height }: Box, view: View): boolean =>
  x < view.x + view.width && x + width > view.x && y < view.y + view.height && y + height > view.y

/** Moves the view and turns places on the screen into places on the canvas. */
export const useCanvas = () => useReactFlow<FlowNode, FlowEdge>()

/**
 * Brings the whole graph into view, in so many milliseconds. Where its words cannot be read then, the edges go first:
 * all of them would be drawn one by one, just before they become one shape.
 */
export const useFit = (): ((duration?: number) => void) => {
  const { fitView, getNodes } = useReactFlow<FlowNode, FlowEdge>()
  const store = useStoreApi()
  return useCallback(
    (duration = 0) => {
      const { setEdges, ...size } = store.getState()
      if (fittedViewport(boundsOf(boxesOf(getNodes())), size).zoom < READABLE_ZOOM) setEdges([])
      void fitView({ ...FIT, duration })
    },
    [store, fitView, getNodes],
  )
}

/** True once the canvas has a size and cards, and so can be moved. */
export const useCanMove = (): boolean =>
  useStore(({ panZoom, width, nodes }) => panZoom !== null && width > 0 && nodes.length > 0)

/** The outlet a connection is being drawn from, and the node the pointer is over. */
export const useDrawnConnection = () =>
  useConnection<FlowNode, DrawnConnection | undefined>((connection) =>
    connection.inProgress && connection.fromHandle.type === 'source'
      ? {
          from: connection.fromNode.id,
          port: connection.fromHandle.id ?? '',
          over: connection.toNode?.id,
          at: connection.pointer,
        }
      : undefined,
  )

export interface DrawnConnection {
  readonly from: string
  readonly port: string
  readonly over: string | undefined
  /** On the screen, from the canvas's upper left corner. */
  readonly at: { readonly x: number; readonly y: number }
}
