import { isTerminal, type Run } from '@millrace/contracts'
import { useCallback, useState } from 'react'
import { pageVisibility } from '../../api/page-visibility.js'
import type { RunApi } from '../../api/run.js'
import { ProblemAlert } from '../../components/problem-alert.js'
import { RecoveryDialog, type RecoveryKind } from './actions/recovery-dialog.js'
import { RunActions } from './actions/run-actions.js'
import { canBeUndone } from './actions/undo-steps.js'
import classes from './console.module.css'
import { ConsoleView } from './console-view.js'
import { requestVisibleFrame } from './document/frame-batch.js'
import { shownStep } from './document/shown-step.js'
import { ConnectionState } from './header/connection-state.js'
import { Explanation } from './header/explanation.js'
import { RunHeader } from './header/run-header.js'
import type { ConsoleLocation, LocationChange } from './location.js'
import { ReplayBar } from './replay/replay-bar.js'
import { momentOf } from './session/moment.js'
import type { RunSessionOptions } from './session/run-session.js'
import { useClock } from './session/use-clock.js'
import { useRunSession, useRunSnapshot } from './session/use-run-session.js'
import { StepList } from './steps/step-list.js'
import { useExplanation } from './use-explanation.js'

export interface RunConsoleProps {
  readonly api: RunApi
  readonly run: Run
  readonly sessionOptions: Omit<RunSessionOptions, 'requestFrame' | 'now' | 'random'>
  readonly location: ConsoleLocation
  /** `replace` leaves no step in the browser's history. */
  readonly onLocation: (change: LocationChange, replace: boolean) => void
  readonly hrefOf: (location: ConsoleLocation) => string
  readonly hrefOfRun: (runId: string) => string
  readonly onOpenRun: (runId: string) => void
}

/** One run, live or at any of its moments: four views on one selection and one address. */
export const RunConsole = (props: RunConsoleProps) => {
  const { api, run, location, onLocation, hrefOf, hrefOfRun, onOpenRun } = props
  const session = useRunSession(() => ({
    ...props.sessionOptions,
    requestFrame: requestVisibleFrame,
    now: Date.now,
    random: Math.random,
    visibility: pageVisibility,
  }))
  const { revision, stream, fault } = useRunSnapshot(session)
  const [preview, setPreview] = useState<number>()
  const [dialog, setDialog] = useState<RecoveryKind>()
  const { document } = session
  const moment = momentOf(session, preview ?? location.at, revision)
  const clock = useClock(moment.isLive && !document.isComplete)
  const now = moment.at ?? Math.max(clock, document.events.at(-1)?.at ?? 0)
  const { root, waiting } = useExplanation(session, moment, run, now)

  // A failed run opens on what made it fail, one that waits on what it waits for, until something else is chosen.
  const selected = location.step ?? root?.path ?? waiting?.path
  const step = selected === undefined ? undefined : shownStep(moment.state, document.events, selected)
  const select = useCallback((path: string | undefined) => onLocation({ step: path }, false), [onLocation])
  if (fault !== undefined) {
    return (
      <div className={classes['problem']}>
        <ProblemAlert error={fault} />
      </div>
    )
  }
  return (
    <div className={classes['console']}>
      <RunHeader
        run={run}
        state={moment.state}
        now={now}
        hrefOfRun={hrefOfRun}
        connection={
          <ConnectionState stream={stream} isLive={moment.isLive} onReconnect={session.reconnect} />
        }
        actions={
          <RunActions
            status={document.state.status}
            cancel={() => api.cancel(run.id)}
            pause={() => api.pause(run.id)}
            resume={() => api.resume(run.id)}
            onRetry={() => setDialog('retry')}
            onUndo={canBeUndone(document.state) ? () => setDialog('undo') : undefined}
          />
        }
      />
      {stream.kind === 'refused' && (
        <ProblemAlert error={stream.error} onRetry={() => window.location.reload()} />
      )}
      <Explanation root={root} waiting={waiting} now={now} onSelect={select} />
      <div className={classes['body']}>
        <StepList
          moment={moment}
          timeline={session.timeline}
          root={root}
          now={now}
          selected={selected}
          onSelect={select}
        />
        <ConsoleView
          session={session}
          moment={moment}
          now={now}
          runId={run.id}
          location={location}
          selected={selected}
          step={step}
          waiting={waiting}
          api={api}
          nodeTypes={props.sessionOptions.nodeTypes}
          onLocation={onLocation}
          hrefOf={hrefOf}
        />
      </div>
      <ReplayBar
        session={session}
        moment={moment}
        onPreview={setPreview}
        onSeek={(at) => onLocation({ at }, true)}
      />
      {dialog !== undefined && isTerminal(document.state.status) && (
        <RecoveryDialog
          kind={dialog}
          api={api}
          run={run}
          state={document.state}
          selected={selected}
          onStarted={onOpenRun}
          onClose={() => setDialog(undefined)}
        />
      )}
    </div>
  )
}
