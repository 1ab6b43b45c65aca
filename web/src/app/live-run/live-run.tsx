import { CloseButton, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { pageVisibility } from '../../api/page-visibility.js'
import { type LiveStore, NOTHING_LIVE } from '../../components/graph/live-store.js'
import { stateOf } from '../../components/state/state.js'
import { StatusBadge } from '../../components/state/status-badge.js'
import { formatDuration } from '../../components/time/format-time.js'
import { requestVisibleFrame } from '../../features/run-console/document/frame-batch.js'
import { liveStateOf } from '../../features/run-console/graph/live-state.js'
import { PassTally } from '../../features/run-console/graph/pass-tally.js'
import { useClock } from '../../features/run-console/session/use-clock.js'
import { useFollowedRun } from '../../features/run-console/session/use-followed-run.js'
import { useRunSession, useRunSnapshot } from '../../features/run-console/session/use-run-session.js'
import classes from './live-run.module.css'
import { useLatestRun } from './use-latest-run.js'

interface LiveRunProps {
  readonly workflowId: string
  /** Gets what the run shows on the canvas. */
  readonly live: LiveStore
}

/** Follows the latest run of a workflow: its states on the canvas, and a line that names it. */
export const LiveRun = ({ workflowId, live }: LiveRunProps) => {
  const runId = useLatestRun(workflowId)
  const [hidden, setHidden] = useState<string>()
  if (runId === undefined || runId === hidden) return null
  return <LoadedRun key={runId} runId={runId} live={live} onHide={() => setHidden(runId)} />
}

interface LoadedRunProps {
  readonly runId: string
  readonly live: LiveStore
  readonly onHide: () => void
}

const LoadedRun = (props: LoadedRunProps) => {
  const followed = useFollowedRun(props.runId)
  return followed.kind === 'ready' ? <FollowedRun {...props} followed={followed} /> : null
}

type Followed = Extract<ReturnType<typeof useFollowedRun>, { kind: 'ready' }>

const FollowedRun = ({ runId, live, onHide, followed }: LoadedRunProps & { readonly followed: Followed }) => {
  const session = useRunSession(() => ({
    ...followed.options,
    requestFrame: requestVisibleFrame,
    now: Date.now,
    random: Math.random,
    visibility: pageVisibility,
  }))
  const { revision } = useRunSnapshot(session)
  const { document } = session
  const clock = useClock(!document.isComplete)
  const [tally] = useState(() => new PassTally(document.graph))
  const { state, events, lastSeq } = document
  const now = state.finishedAt ?? Math.max(clock, events.at(-1)?.at ?? 0)
  // The state is advanced in place: its revision says when to look again.
  useEffect(
    () => live.setState(liveStateOf(state, tally.at(events, lastSeq), now), true),
    [live, state, tally, events, lastSeq, now, revision],
  )
  useEffect(() => () => live.setState(NOTHING_LIVE, true), [live])
  return (
    <section className={classes['bar']} aria-label="Run on the canvas" data-live-run={runId}>
      <StatusBadge state={stateOf(state)} />
      {state.startedAt !== null && (
        <Text size="xs" c="dimmed" className={classes['time']}>
          {formatDuration(now - state.startedAt)}
        </Text>
      )}
      <Link to="/runs/$runId" params={{ runId }} className={classes['link']}>
        {followed.run.version === null ? 'Test run' : 'Run'} {runId.slice(-8)}
      </Link>
      <CloseButton size={24} aria-label="Hide the run" onClick={onHide} />
    </section>
  )
}
