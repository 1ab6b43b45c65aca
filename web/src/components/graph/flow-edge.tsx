import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from '@xyflow/react'
import { memo } from 'react'
import type { FlowEdge as FlowEdgeType } from './build-graph.js'
import classes from './graph.module.css'
import { useLiveCount } from './live-store.js'
import { useReadable } from './readable.js'

/** From an outlet to a node, with its condition and how many items have passed. */
export const FlowEdge = memo((edge: EdgeProps<FlowEdgeType>) => {
  const count = useLiveCount(edge.id)
  const readable = useReadable()
  const [path, x, y] = getBezierPath(edge)
  const label = [edge.data?.label, count === undefined || count < 2 ? undefined : String(count)]
    .filter((part) => part !== undefined)
    .join(' · ')
  return (
    <>
      <BaseEdge
        path={path}
        className={classes['edge'] ?? ''}
        data-taken={count !== undefined}
        data-selected={edge.selected}
        data-undoes={edge.data?.undoes}
        interactionWidth={readable && edge.data?.undoes !== true ? 16 : 0}
      />
      {readable && label !== '' && (
        <EdgeLabelRenderer>
          <span
            className={classes['edgeLabel']}
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
          >
            {label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  )
})
