import { ActionIcon, Button, Group, Text, Title } from '@mantine/core'
import { Braces, ScrollText, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { stateOf } from '../../../components/state/state.js'
import { StatusBadge } from '../../../components/state/status-badge.js'
import { formatDuration, formatTime } from '../../../components/time/format-time.js'
import type { ShownStep } from '../document/shown-step.js'
import type { ConsoleView } from '../location.js'
import type { LogLine } from '../log/run-log.js'
import { stripEscapes } from '../log/sgr.js'
import { ErrorCard } from './error-card.js'
import { stepDuration } from './step-duration.js'
import classes from './steps.module.css'

interface StepPanelProps {
  readonly step: ShownStep
  /** The node's title and type, as the version has them. */
  readonly node: { readonly name: string; readonly type: string }
  readonly now: number
  /** The last lines it has written. */
  readonly lines: readonly LogLine[]
  /** Why it waits, where it does. */
  readonly waiting: string | undefined
  readonly onView: (view: ConsoleView) => void
  readonly onClose: () => void
  /** What one may do with it: approve it, say. */
  readonly children?: ReactNode
}

/** The selected step beside the graph and the timeline: how it stands, and the ways to its log and its data. */
export const StepPanel = (props: StepPanelProps) => {
  const { step, node, now, lines, waiting, onView, onClose, children } = props
  return (
    <aside className={classes['panel']} aria-label={`Step ${step.path}`}>
      <Group justify="space-between" wrap="nowrap" align="start">
        <div style={{ minWidth: 0 }}>
          <Title order={2} size="h3" style={{ overflowWrap: 'anywhere' }}>
            {node.name}
          </Title>
          <Text size="xs" c="dimmed">
            {node.type}
          </Text>
        </div>
        <ActionIcon aria-label="Close the step" onClick={onClose}>
          <X size={16} />
        </ActionIcon>
      </Group>
      <Group>
        <StatusBadge state={stateOf(step)} />
      </Group>
      {waiting !== undefined && <Text size="sm">{waiting}</Text>}
      {children}
      {step.error !== null && <ErrorCard error={step.error} />}
      <Facts step={step} now={now} />
      {lines.length > 0 && (
        <pre className={classes['lines']}>{lines.map(({ message }) => stripEscapes(message)).join('\n')}</pre>
      )}
      <Group gap="xs">
        <Button variant="default" leftSection={<ScrollText size={14} />} onClick={() => onView('log')}>
          Log
        </Button>
        <Button variant="default" leftSection={<Braces size={14} />} onClick={() => onView('data')}>
          Data
        </Button>
      </Group>
    </aside>
  )
}

const Facts = ({ step, now }: { readonly step: ShownStep; readonly now: number }) => {
  const duration = stepDuration(step, now)
  return (
    <dl className={classes['facts']}>
      <dt>Path</dt>
      <dd>{step.path}</dd>
      <dt>Attempts</dt>
      <dd>{step.attempt}</dd>
      {step.startedAt !== null && (
        <>
          <dt>Started</dt>
          <dd>{formatTime(step.startedAt, now)}</dd>
        </>
      )}
      {duration !== undefined && (
        <>
          <dt>Took</dt>
          <dd>{formatDuration(duration)}</dd>
        </>
      )}
      <dt>Lines logged</dt>
      <dd>{step.logLines.toLocaleString('en')}</dd>
    </dl>
  )
}
