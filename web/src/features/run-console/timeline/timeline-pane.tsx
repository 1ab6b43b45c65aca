import { ActionIcon, Group, Text, Tooltip } from '@mantine/core'
import { Maximize2, ZoomIn, ZoomOut } from 'lucide-react'
import { useEffect, useRef, useState, type WheelEvent } from 'react'
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso'
import type { Moment } from '../session/moment.js'
import { panRange, type TimeRange, zoomRange } from './scale.js'
import { lanesAt, type SegmentKind, type Timeline } from './timeline.js'
import classes from './timeline.module.css'
import { TimelineAxis } from './timeline-axis.js'
import { TimelineRow } from './timeline-row.js'

export interface TimelinePaneProps {
  readonly timeline: Timeline
  readonly moment: Moment
  /** Milliseconds, database time: where a run that goes on has come to. */
  readonly now: number
  readonly selected: string | undefined
  readonly onSelect: (path: string) => void
}

const ROW_HEIGHT = 28
/** Of the names beside the bars, as the style sheet has it. */
const LABEL_WIDTH = 300
const KINDS: readonly { readonly kind: SegmentKind; readonly label: string }[] = [
  { kind: 'queue', label: 'Queued' },
  { kind: 'run', label: 'Running' },
  { kind: 'wait', label: 'Waiting' },
  { kind: 'retry', label: 'Until the next try' },
]

/** When each step queued, ran and waited. Only the rows in sight are drawn: ten thousand steps cost what thirty do. */
export function TimelinePane({ timeline, moment, now, selected, onSelect }: TimelinePaneProps) {
  const [zoom, setZoom] = useState<TimeRange>()
  const list = useRef<VirtuosoHandle>(null)
  const { state, seq } = moment
  const origin = state.startedAt ?? now
  const limits = { from: origin, to: Math.max(origin + 1, moment.at ?? now) }
  const range = zoom ?? limits
  const lanes = lanesAt(timeline.lanes, seq)

  useEffect(() => {
    const index = timeline.lanes.findIndex(({ path }) => path === selected)
    if (index !== -1) list.current?.scrollIntoView({ index })
  }, [timeline, selected])

  const onWheel = (event: WheelEvent<HTMLElement>) => {
    if (!event.ctrlKey && !event.shiftKey) return
    const box = event.currentTarget.getBoundingClientRect()
    const place = Math.max(
      0,
      Math.min(1, (event.clientX - box.left - LABEL_WIDTH) / (box.width - LABEL_WIDTH)),
    )
    if (event.shiftKey) setZoom(panRange(range, limits, Math.sign(event.deltaY || event.deltaX) * 0.1))
    else setZoom(zoomRange(range, limits, event.deltaY > 0 ? 1.25 : 0.8, place))
  }
  return (
    <section className={classes['pane']} aria-label="Timeline" onWheel={onWheel}>
      <Group className={classes['legend']} gap="md">
        {KINDS.map(({ kind, label }) => (
          <Group key={kind} gap={6}>
            <span className={classes['swatch']} data-kind={kind} />
            <Text size="xs">{label}</Text>
          </Group>
        ))}
        <Group gap={2} ml="auto">
          <Zoom label="Zoom in (Ctrl + wheel)" onClick={() => setZoom(zoomRange(range, limits, 0.5, 0.5))}>
            <ZoomIn size={15} />
          </Zoom>
          <Zoom label="Zoom out" onClick={() => setZoom(zoomRange(range, limits, 2, 0.5))}>
            <ZoomOut size={15} />
          </Zoom>
          <Zoom label="Show the whole run" onClick={() => setZoom(undefined)}>
            <Maximize2 size={14} />
          </Zoom>
        </Group>
      </Group>
      <TimelineAxis range={range} origin={origin} />
      <Virtuoso
        ref={list}
        className={classes['rows']}
        totalCount={lanes}
        fixedItemHeight={ROW_HEIGHT}
        increaseViewportBy={200}
        itemContent={(index) => (
          <TimelineRow
            lane={timeline.lanes[index]!}
            moment={moment}
            now={moment.at ?? now}
            range={range}
            isSelected={timeline.lanes[index]!.path === selected}
            onSelect={onSelect}
          />
        )}
      />
    </section>
  )
}

interface ZoomProps {
  readonly label: string
  readonly onClick: () => void
  readonly children: React.ReactNode
}

const Zoom = ({ label, onClick, children }: ZoomProps) => (
  <Tooltip label={label}>
    <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={onClick}>
      {children}
    </ActionIcon>
  </Tooltip>
)
