import { formatDuration } from '../../../components/time/format-time.js'
import { percentAt, type TimeRange, ticksOf } from './scale.js'
import classes from './timeline.module.css'

interface TimelineAxisProps {
  readonly range: TimeRange
  /** When the run began: ticks count from there. */
  readonly origin: number
}

export function TimelineAxis({ range, origin }: TimelineAxisProps) {
  return (
    <div className={classes['axis']} aria-hidden>
      <div className={classes['axisTicks']}>
        {ticksOf(range, origin, 8).map((at) => (
          <span key={at} className={classes['tick']} style={{ left: `${percentAt(range, origin + at)}%` }}>
            {formatDuration(at)}
          </span>
        ))}
      </div>
    </div>
  )
}
