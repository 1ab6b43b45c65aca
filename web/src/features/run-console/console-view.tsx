import { SegmentedControl } from '@mantine/core'
import type { NodeTypeDescriptor } from '@millrace/contracts'
import { useCallback } from 'react'
import type { RunApi } from '../../api/run.js'
import { ApprovalCard } from './actions/approval-card.js'
import { ResumeCard } from './actions/resume-card.js'
import classes from './console.module.css'
import { DataPane } from './data/data-pane.js'
import type { ShownStep } from './document/shown-step.js'
import type { WaitReason } from './explain/why-waiting.js'
import { GraphPane } from './graph/graph-pane.js'
import type { ConsoleLocation, LocationChange, ConsoleView as View } from './location.js'
import { LogPane } from './log/log-pane.js'
import type { Moment } from './session/moment.js'
import type { RunSession } from './session/run-session.js'
import { StepPanel } from './steps/step-panel.js'
import { TimelinePane } from './timeline/timeline-pane.js'

export interface ConsoleViewProps {
  readonly session: RunSession
  readonly moment: Moment
  readonly now: number
  readonly runId: string
  readonly location: ConsoleLocation
  readonly selected: string | undefined
  readonly step: ShownStep | undefined
  readonly waiting: WaitReason | undefined
  readonly api: RunApi
  readonly nodeTypes: readonly NodeTypeDescriptor[]
  readonly onLocation: (change: LocationChange, replace: boolean) => void
  readonly hrefOf: (location: ConsoleLocation) => string
}

const VIEWS: readonly { readonly value: View; readonly label: string }[] = [
  { value: 'graph', label: 'Graph' },
  { value: 'timeline', label: 'Timeline' },
  { value: 'log', label: 'Log' },
  { value: 'data', label: 'Data' },
]

/** The view that is chosen, and beside graph and timeline the selected step. */
export const ConsoleView = (props: ConsoleViewProps) => {
  const { location, onLocation, step } = props
  const { view = 'graph' } = location
  const showsPanel = step !== undefined && (view === 'graph' || view === 'timeline')
  return (
    <>
      <div className={classes['view']}>
        <SegmentedControl
          className={classes['views']}
          size="xs"
          aria-label="View"
          data={[...VIEWS]}
          value={view}
          onChange={(value) => onLocation({ view: VIEWS.find((each) => each.value === value)?.value }, false)}
        />
        <div className={classes['content']}>
          <Content {...props} view={view} />
        </div>
      </div>
      {showsPanel && <Panel {...props} step={step} />}
    </>
  )
}

const Content = (props: ConsoleViewProps & { readonly view: View }) => {
  const { view, session, moment, now, runId, location, selected, step, api, nodeTypes, onLocation, hrefOf } =
    props
  const select = useCallback((path: string | undefined) => onLocation({ step: path }, false), [onLocation])
  const showLine = useCallback((line: number) => onLocation({ view: 'log', line }, true), [onLocation])
  const hrefOfLine = useCallback(
    (line: number) => hrefOf({ ...location, view: 'log', line }),
    [hrefOf, location],
  )
  switch (view) {
    case 'graph':
      return (
        <GraphPane
          moment={moment}
          events={session.document.events}
          nodeTypes={nodeTypes}
          now={now}
          selected={selected}
          onSelect={select}
        />
      )
    case 'timeline':
      return (
        <TimelinePane
          timeline={session.timeline}
          moment={moment}
          now={now}
          selected={selected}
          onSelect={select}
        />
      )
    case 'log':
      return (
        <LogPane
          log={session.log}
          moment={moment}
          runId={runId}
          selected={selected}
          line={location.line}
          onSelect={select}
          onLine={showLine}
          hrefOf={hrefOfLine}
        />
      )
    case 'data':
      return (
        <DataPane
          moment={moment}
          step={step}
          loadPayload={(ref, signal) => api.payload(runId, ref, signal)}
        />
      )
  }
}

/** Lines of its log that a step shows beside the graph. */
const LAST_LINES = 6

const Panel = ({
  runId,
  api,
  session,
  moment,
  now,
  step,
  waiting,
  onLocation,
}: ConsoleViewProps & { readonly step: ShownStep }) => {
  const node = moment.state.graph.nodes[step.node]
  const lines = lastLines(session, step.path, moment.seq)
  return (
    <StepPanel
      step={step}
      node={{ name: node?.name ?? step.path, type: node?.type ?? '' }}
      now={now}
      lines={lines}
      waiting={waiting?.path === step.path ? waiting.sentence : undefined}
      onView={(view) => onLocation({ view, step: step.path }, false)}
      onClose={() => onLocation({ step: undefined }, false)}
    >
      {step.wait?.kind === 'resume' && moment.isLive && (
        <ResumeCard
          key={step.path}
          runId={runId}
          path={step.path}
          loadUrl={(signal) => api.resumeUrl(runId, step.path, signal)}
          resume={(payload) => api.resumeStep(runId, step.path, payload)}
        />
      )}
      {step.wait?.kind === 'approval' && moment.isLive && (
        <ApprovalCard
          key={step.path}
          runId={runId}
          path={step.path}
          now={now}
          load={(signal) => api.approvalOf(runId, step.path, signal)}
          decide={api.decideApproval}
        />
      )}
    </StepPanel>
  )
}

function lastLines({ log }: RunSession, path: string, seq: number) {
  const lines = []
  for (let index = log.lines.length - 1; index >= 0 && lines.length < LAST_LINES; index--) {
    const line = log.lines[index]!
    if (line.path === path && line.seq <= seq) lines.unshift(line)
  }
  return lines
}
