import { MAIN_PORT } from '@millrace/contracts'
import { Handle, type NodeProps, Position } from '@xyflow/react'
import { ChevronDown, Layers } from 'lucide-react'
import { memo } from 'react'
import { STATE_LOOKS, stateColour } from '../state/state.js'
import { StateIcon } from '../state/state-icon.js'
import type { GroupNode } from './build-graph.js'
import { useCanvasActions } from './canvas-actions.js'
import classes from './graph.module.css'
import { useWorstState } from './live-store.js'
import { cardElementId, focusCanvas } from './node-card.js'

/** The frame around the members of an open group. */
export const GroupBox = memo(({ id, data: { group }, selected, width, height }: NodeProps<GroupNode>) => {
  const actions = useCanvasActions()
  return (
    <div className={classes['group']} data-selected={selected} style={{ width, height }}>
      <span className={classes['groupTitle']}>
        {group.title}
        {actions !== undefined && (
          <button
            type="button"
            tabIndex={-1}
            className="nodrag"
            aria-label={`Collapse ${group.title}`}
            onClick={(event) => {
              focusCanvas(event)
              actions.setGroup(id, { collapsed: true })
            }}
          >
            <ChevronDown size={14} aria-hidden />
          </button>
        )}
      </span>
    </div>
  )
})

/** What stands for the members of a collapsed group. */
export const GroupCard = memo(
  ({ id, data: { group }, selected, width = 0, height = 0 }: NodeProps<GroupNode>) => {
    const worst = useWorstState(group)
    const state = worst === undefined ? '' : `, ${STATE_LOOKS[worst].word}`
    return (
      <div
        className={classes['card']}
        id={cardElementId(id)}
        role="img"
        aria-label={`${group.title}, group of ${group.nodes.length}${state}`}
        data-category="group"
        data-selected={selected}
        data-state={worst}
        style={{ width, height, ...(worst === undefined ? {} : { '--card-state': stateColour(worst) }) }}
      >
        <span className={classes['icon']}>
          <Layers size={16} strokeWidth={1.8} aria-hidden />
        </span>
        <span className={classes['text']}>
          <span className={classes['title']}>{group.title}</span>
          <span className={classes['kind']}>{group.nodes.length} nodes</span>
        </span>
        {worst !== undefined && <StateIcon state={worst} />}
        <Handle
          type="target"
          position={Position.Left}
          className={classes['inlet'] ?? ''}
          isConnectable={false}
        />
        <Handle
          id={MAIN_PORT}
          type="source"
          position={Position.Right}
          className={classes['outlet'] ?? ''}
          isConnectable={false}
        />
      </div>
    )
  },
)
