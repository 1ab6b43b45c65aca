import type { FlowNode } from './build-graph.js'
import { cornersOf } from './drag.js'
import type { Point } from './layout.js'
import type { Size } from './sizes.js'

export type Box = Point & Size

/** Each node as a box on the canvas. */
export const boxesOf = (nodes: readonly FlowNode[]): Box[] => {
  const corners = cornersOf(nodes)
  return nodes.map(({ id, position, width = 0, height = 0 }) => ({
    ...(corners.get(id) ?? position),
    width,
    height,
  }))
}

/** What holds them all; of none, it is infinite. */
export const boundsOf = (boxes: readonly Box[]): Box => {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const { x, y, width, height } of boxes) {
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x + width)
    bottom = Math.max(bottom, y + height)
  }
  return { x: left, y: top, width: right - left, height: bottom - top }
}
