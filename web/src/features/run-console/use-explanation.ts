import type { Run, RunEvent } from '@millrace/contracts'
import { useMemo } from 'react'
import { formatTime } from '../../components/time/format-time.js'
import { findRootFailure, type RootFailure } from './explain/root-failure.js'
import { type WaitReason, whyWaiting } from './explain/why-waiting.js'
import type { Moment } from './session/moment.js'
import type { RunSession } from './session/run-session.js'

interface Explained {
  readonly root: RootFailure | undefined
  readonly waiting: WaitReason | undefined
}

/** Why the run failed, or why it does not move, at a moment. */
export function useExplanation(session: RunSession, moment: Moment, run: Run, now: number): Explained {
  const { state, seq } = moment
  const { events } = session.document
  // The state is advanced in place: its revision says when to look again.
  const root = useMemo(() => findRootFailure(state, events), [moment.revision, events])
  const waiting = useMemo(
    () =>
      whyWaiting(state, {
        run,
        formatTime: (at) => formatTime(at, now),
        pausedBy: lastPause(events, seq)?.by,
      }),
    [moment.revision, run],
  )
  return { root, waiting }
}

function lastPause(events: readonly RunEvent[], seq: number) {
  for (let index = seq - 1; index >= 0; index--) {
    const event = events[index]
    if (event?.type === 'run_paused') return event
    if (event?.type === 'run_resumed') return undefined
  }
  return undefined
}
