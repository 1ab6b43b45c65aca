import { type ReactFlowState, useConnection, useReactFlow, useStore } from '@xyflow/react'
import type { FlowEdge, FlowNode } from './build-graph.js'

/** The one place that reads xyflow's store: its shape changes with every major version. */

/** Below this zoom a card's words cannot be read, and it is drawn as a plain box. */
const READABLE_ZOOM = 0.45

const isReadable = (state: ReactFlowState): boolean => state.transform[2] >= READABLE_ZOOM

export const useReadable = (): boolean => useStore(isReadable)

/** Moves the view and turns places on the screen into places on the canvas. */
export const useCanvas = () => useReactFlow<FlowNode, FlowEdge>()

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
