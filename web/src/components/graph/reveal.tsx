import { useCallback, useEffect, useRef } from 'react'
import type { FlowGraph } from './build-graph.js'
import { cornersOf } from './drag.js'
import { isInView, useCanMove, useCanvas, useCanvasWidth, useReadView } from './xyflow.js'

/** A card is never moved to at a zoom at which it cannot be read. */
const LEAST_ZOOM = 0.6
const SETTLED_MS = 100

/**
 * Moves the view to a node when it is selected out of sight, when a panel that opens takes it out of sight, and when the
 * keyboard comes back to the canvas: only what is in sight is drawn at all. Once it is there, whoever moves the view away
 * is left alone.
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
  const place = useRef<HTMLSpanElement>(null)
  const latest = useRef(graph)
  useEffect(() => {
    latest.current = graph
  })
  const findBox = useCallback(() => {
    const { nodes } = latest.current
    const node = nodes.find(({ id }) => id === selected)
    if (node === undefined) return undefined
    const { width = 0, height = 0 } = node
    return { ...(cornersOf(nodes).get(node.id) ?? node.position), width, height }
  }, [selected])
  const reveal = useCallback((): void => {
    const box = findBox()
    if (box === undefined || isInView(box, readView())) return
    const { x, y, width, height } = box
    void setCenter(x + width / 2, y + height / 2, { zoom: Math.max(getZoom(), LEAST_ZOOM) })
  }, [findBox, getZoom, readView, setCenter])
  const width = useCanvasWidth()
  const widthBefore = useRef(width)
  useEffect(() => {
    const before = widthBefore.current
    widthBefore.current = width
    const box = findBox()
    if (box === undefined || width === 0 || width >= before) return
    const view = readView()
    if (isInView(box, { ...view, width: (view.width * before) / width })) reveal()
  }, [width, findBox, readView, reveal])
  useEffect(() => {
    if (selected === undefined || !canMove) return
    // Once the view has been fitted to the graph.
    const timer = setTimeout(reveal, SETTLED_MS)
    return () => clearTimeout(timer)
  }, [selected, canMove, reveal])
  useEffect(() => {
    const canvas = place.current?.closest<HTMLElement>('[data-canvas]')
    // A click brings the focus as well, and is meant for what is in sight.
    const onFocus = (): void => {
      if (canvas?.matches(':focus-visible')) reveal()
    }
    canvas?.addEventListener('focus', onFocus)
    return () => canvas?.removeEventListener('focus', onFocus)
  }, [reveal])
  return <span ref={place} hidden />
}
