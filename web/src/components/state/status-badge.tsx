import type { ReactNode } from 'react'
import { STATE_LOOKS, type State } from './state.js'
import classes from './state.module.css'
import { StateIcon } from './state-icon.js'

interface StatusBadgeProps {
  readonly state: State
  /** Follows the word: a count of retries, say. */
  readonly children?: ReactNode
}

/** Icon and word, in the state's colour. */
export const StatusBadge = ({ state, children }: StatusBadgeProps) => (
  <span className={classes['badge']} data-colour={STATE_LOOKS[state].colour}>
    <StateIcon state={state} size={14} named={false} />
    <span>
      {STATE_LOOKS[state].word}
      {children !== undefined && <> {children}</>}
    </span>
  </span>
)
