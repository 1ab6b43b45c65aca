import type { WorkflowListItem } from '@millrace/contracts'
import { stateColour } from '../../components/state/state.js'
import { barHeights } from './figures.js'
import classes from './run-bars.module.css'

const HEIGHT = 20
const BAR = 4
const GAP = 2
const SLOTS = 20

/** The last 20 runs, the newest at the right: colour says how each ended, height how long it took. */
export const RunBars = ({ runs }: { readonly runs: WorkflowListItem['recentRuns'] }) => {
  const heights = barHeights(runs)
  return (
    <svg
      className={classes['root']}
      width={SLOTS * (BAR + GAP)}
      height={HEIGHT}
      role="img"
      aria-label={describeRuns(runs)}
    >
      {runs.map((run, i) => {
        const height = Math.round((heights[i] ?? 1) * HEIGHT)
        return (
          <rect
            key={run.id}
            x={(SLOTS - 1 - i) * (BAR + GAP)}
            y={HEIGHT - height}
            width={BAR}
            height={height}
            rx={1}
            fill={stateColour(run.status)}
          />
        )
      })}
    </svg>
  )
}

const describeRuns = (runs: WorkflowListItem['recentRuns']): string => {
  if (runs.length === 0) return 'No runs yet'
  const failed = runs.filter((run) => run.status === 'failed').length
  return `Last ${runs.length} runs: ${failed === 0 ? 'none failed' : `${failed} failed`}`
}
