import { useEffect, useMemo, useState } from 'react'
import type { FlowNode } from './build-graph.js'

/** Cards that one frame draws without becoming a long task. */
const CARDS_A_FRAME = 100

/**
 * The nodes as the canvas draws them at first: a slice of them more each frame, the others hidden meanwhile. The frame
 * in which the canvas itself appears has enough to do: of a large graph it draws none.
 */
export const useSlices = (nodes: FlowNode[]): FlowNode[] => {
  const [count, setCount] = useState(nodes.length > CARDS_A_FRAME ? 0 : CARDS_A_FRAME)
  const isPartial = count < nodes.length
  useEffect(() => {
    if (!isPartial) return
    const frame = requestAnimationFrame(() => setCount(count + CARDS_A_FRAME))
    return () => cancelAnimationFrame(frame)
  }, [isPartial, count])
  return useMemo(
    () =>
      isPartial ? nodes.map((node, index) => (index < count ? node : { ...node, hidden: true })) : nodes,
    [nodes, isPartial, count],
  )
}
