import { MAIN_PORT } from '@millrace/contracts'
import { Handle, type NodeProps, Position } from '@xyflow/react'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { type MouseEvent, memo } from 'react'
import { STATE_LOOKS, stateColour } from '../state/state.js'
import { StateIcon } from '../state/state-icon.js'
import { formatDuration } from '../time/format-time.js'
import type { CardNode } from './build-graph.js'
import { useCanvasActions } from './canvas-actions.js'
import classes from './graph.module.css'
import type { CardData, LiveNode } from './graph-types.js'
import { useLiveNode } from './live-store.js'
import { NodeIcon } from './node-icon.js'
import { useReadable } from './readable.js'
import { inletAt, outletAt, type Size } from './sizes.js'

export const cardElementId = (id: string): string => `card-${id}`

/** A node of the workflow. Seen from afar it is a plain box of the same size. */
export const NodeCard = memo(({ id, data, selected, width = 0, height = 0 }: NodeProps<CardNode>) => {
  const live = useLiveNode(id)
  const readable = useReadable()
  const look = {
    'data-category': data.category,
    'data-selected': selected,
    'data-state': live?.state,
    style: { width, height, ...(live === undefined ? {} : { '--card-state': stateColour(live.state) }) },
  }
  if (!readable) return <div className={classes['placeholder']} id={cardElementId(id)} {...look} />
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles it may have take a name
    <div
      className={classes['card']}
      id={cardElementId(id)}
      // What has a button in it is no image.
      role={data.inside === undefined ? 'img' : 'group'}
      aria-label={describeCard(data, live)}
      data-density={data.density}
      {...look}
    >
      <span className={classes['icon']}>
        <NodeIcon icon={data.icon} category={data.category} size={data.density === 'compact' ? 14 : 16} />
      </span>
      <CardText data={data} />
      {data.inside !== undefined && <FoldButton id={id} data={data} folded />}
      {live !== undefined && <CardState live={live} />}
      <Ports id={id} data={data} size={{ width, height }} />
    </div>
  )
})

const kindOf = ({ kind, inside }: CardData): string =>
  inside === undefined ? kind : `${kind} · ${inside} ${inside === 1 ? 'node' : 'nodes'}`

export const CardText = ({ data }: { readonly data: CardData }) => (
  <span className={classes['text']}>
    <span className={classes['title']}>{data.title}</span>
    {data.density !== 'compact' && <span className={classes['kind']}>{kindOf(data)}</span>}
    {data.density === 'detailed' && data.summary !== '' && (
      <span className={classes['summary']}>{data.summary}</span>
    )}
  </span>
)

export const CardState = ({ live }: { readonly live: LiveNode }) => (
  <span className={classes['state']}>
    <StateIcon state={live.state} size={16} />
    <span className={classes['numbers']}>
      {live.attempt > 1 && `#${live.attempt} `}
      {live.ended !== undefined &&
        (live.passes === undefined ? `${live.ended}× ` : `${live.ended}/${live.passes} `)}
      {live.durationMs !== undefined && formatDuration(live.durationMs)}
    </span>
  </span>
)

export const describeCard = (data: CardData, live: LiveNode | undefined): string => {
  const { title } = data
  const state = live === undefined ? '' : `, ${STATE_LOOKS[live.state].word}`
  const attempt = live !== undefined && live.attempt > 1 ? `, attempt ${live.attempt}` : ''
  return `${title}, ${kindOf(data)}${state}${attempt}`
}

/** Before a button on the canvas goes with what it folds: the keyboard would be nowhere. */
export const focusCanvas = ({ currentTarget }: MouseEvent<HTMLElement>): void =>
  currentTarget.closest<HTMLElement>('[data-canvas]')?.focus({ preventScroll: true })

interface FoldButtonProps {
  readonly id: string
  readonly data: CardData
  readonly folded: boolean
}

/** Opens and closes a container, where the canvas is one to work on. */
export const FoldButton = ({ id, data: { title }, folded }: FoldButtonProps) => {
  const actions = useCanvasActions()
  if (actions === undefined) return null
  const Icon = folded ? ChevronRight : ChevronDown
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`nodrag ${classes['fold']}`}
      aria-label={`${folded ? 'Expand' : 'Collapse'} ${title}`}
      onClick={(event) => {
        focusCanvas(event)
        actions.setFolded(id, !folded)
      }}
    >
      <Icon size={14} aria-hidden />
    </button>
  )
}

interface PortsProps {
  readonly id: string
  readonly data: CardData
  readonly size: Size
}

export const Ports = ({ id, data: { ports, trigger, title }, size }: PortsProps) => {
  const actions = useCanvasActions()
  const editable = actions !== undefined
  return (
    <>
      {!trigger && (
        <Handle
          type="target"
          position={Position.Left}
          className={classes['inlet'] ?? ''}
          style={{ top: inletAt(size).y }}
          isConnectable={editable}
          isConnectableStart={false}
        />
      )}
      {ports.map((port, index) => (
        <Handle
          key={port}
          id={port}
          type="source"
          position={Position.Right}
          className={classes['outlet'] ?? ''}
          style={{ top: outletAt(size, index, ports.length).y }}
          isConnectable={editable}
          data-port={port}
          title={editable ? `${title}: connect ${port}` : undefined}
          onClick={(event) => actions?.choose({ from: id, port }, { x: event.clientX, y: event.clientY })}
        >
          {(ports.length > 1 || port !== MAIN_PORT) && <span className={classes['port']}>{port}</span>}
        </Handle>
      ))}
    </>
  )
}
