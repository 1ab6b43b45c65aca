import {
  Ban,
  ChevronsRight,
  CircleCheck,
  CircleDashed,
  CirclePause,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  OctagonX,
  RotateCw,
  TimerOff,
} from 'lucide-react'
import { STATE_LOOKS, type State, stateColour } from './state.js'
import classes from './state.module.css'

const ICONS: Readonly<Record<State, LucideIcon>> = {
  pending: CircleDashed,
  running: LoaderCircle,
  waiting: Hourglass,
  retrying: RotateCw,
  paused: CirclePause,
  completed: CircleCheck,
  failed: OctagonX,
  timed_out: TimerOff,
  skipped: ChevronsRight,
  cancelled: Ban,
}

interface StateIconProps {
  readonly state: State
  readonly size?: number
  /** False where the word stands beside it. */
  readonly named?: boolean
}

/** A state's own shape in its colour. */
export const StateIcon = ({ state, size = 16, named = true }: StateIconProps) => {
  const Icon = ICONS[state]
  return (
    <Icon
      className={classes['icon']}
      data-state={state}
      size={size}
      strokeWidth={2}
      color={stateColour(state)}
      {...(named ? { role: 'img', 'aria-label': STATE_LOOKS[state].word } : { 'aria-hidden': true })}
    />
  )
}
