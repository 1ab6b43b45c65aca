import { stepAt } from '@millrace/engine'
import { stateOf } from '../../../components/state/state.js'
import { StateIcon } from '../../../components/state/state-icon.js'
import { formatDuration } from '../../../components/time/format-time.js'
import type { Moment } from '../session/moment.js'
import { percentAt, type TimeRange } from './scale.js'
import { type Lane, type Segment, segmentAt } from './timeline.js'
import classes from './timeline.module.css'

interface TimelineRowProps {
  readonly lane: Lane
  readonly moment: Moment
  readonly now: number
  readonly range: TimeRange
  readonly isSelected: boolean
  readonly onSelect: (path: string) => void
}

const WORDS = { queue: 'queued', run: 'ran', wait: 'waited', retry: 'until the next try' } as const

export function TimelineRow({ lane, moment, now, range, isSelected, onSelect }: TimelineRowProps) {
  const step = stepAt(moment.state, lane.path) ?? endOf(lane, moment.seq)
  const segments = lane.segments
    .map((segment) => segmentAt(segment, moment.seq))
    .filter((segment) => segment !== undefined)
  return (
    <button
      type="button"
      className={classes['row']}
      aria-pressed={isSelected}
      onClick={() => onSelect(lane.path)}
    >
      <span className={classes['label']}>
        {step !== undefined && <StateIcon state={stateOf(step)} size={15} />}
        <span className={classes['path']}>{lane.path}</span>
        <span className={classes['duration']}>{durationOf(segments, now)}</span>
      </span>
      <span className={classes['track']}>
        {segments.map((segment) => (
          <Bar key={segment.fromSeq} segment={segment} status={step?.status} now={now} range={range} />
        ))}
      </span>
    </button>
  )
}

/** A step of an item that is over is gone from the state. */
const endOf = ({ end }: Lane, seq: number) => (end !== undefined && end.seq <= seq ? end : undefined)

interface BarProps {
  readonly segment: Segment
  readonly status: string | undefined
  readonly now: number
  readonly range: TimeRange
}

function Bar({ segment, status, now, range }: BarProps) {
  const to = segment.to ?? now
  if (to < range.from || segment.from > range.to) return null
  const left = percentAt(range, segment.from)
  const attempt = segment.attempt > 1 ? `, attempt ${segment.attempt}` : ''
  return (
    <span
      className={classes['bar']}
      data-kind={segment.kind}
      data-status={segment.kind === 'run' ? (segment.to === null ? 'running' : status) : undefined}
      style={{ left: `${left}%`, width: `${percentAt(range, to) - left}%` }}
      title={`${WORDS[segment.kind]} ${formatDuration(to - segment.from)}${attempt}`}
    />
  )
}

function durationOf(segments: readonly Segment[], now: number): string {
  const [first] = segments
  const last = segments.at(-1)
  return first === undefined || last === undefined ? '' : formatDuration((last.to ?? now) - first.from)
}
