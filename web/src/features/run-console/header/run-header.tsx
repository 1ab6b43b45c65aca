import { Anchor, Group, Text, Title } from '@mantine/core'
import type { Run } from '@millrace/contracts'
import type { RunState } from '@millrace/engine'
import type { ReactNode } from 'react'
import { stateOf } from '../../../components/state/state.js'
import { StatusBadge } from '../../../components/state/status-badge.js'
import { formatDuration, formatTime } from '../../../components/time/format-time.js'
import { isUndo } from '../actions/undo-steps.js'
import classes from './header.module.css'

interface RunHeaderProps {
  readonly run: Run
  readonly state: RunState
  /** Milliseconds, database time; the moment's, or now. */
  readonly now: number
  readonly connection: ReactNode
  readonly actions: ReactNode
  readonly hrefOfRun: (runId: string) => string
}

export const RunHeader = ({ run, state, now, connection, actions, hrefOfRun }: RunHeaderProps) => (
  <header className={classes['header']}>
    <div className={classes['title']}>
      <Group gap="sm" wrap="nowrap">
        <Title order={1} size="h2">
          {run.workflowName}
        </Title>
        <StatusBadge state={stateOf(state)} />
        {connection}
      </Group>
      <Facts run={run} state={state} now={now} hrefOfRun={hrefOfRun} />
    </div>
    {actions}
  </header>
)

const Facts = ({ run, state, now, hrefOfRun }: Omit<RunHeaderProps, 'connection' | 'actions'>) => {
  const startedAt = state.startedAt
  const duration = startedAt === null ? undefined : (state.finishedAt ?? now) - startedAt
  return (
    <Group gap="md" className={classes['facts']}>
      {duration !== undefined && <Fact name="Took">{formatDuration(duration)}</Fact>}
      <Fact name="Version">{run.version ?? 'none: a test of the draft'}</Fact>
      <Fact name="Trigger">{run.trigger}</Fact>
      <Fact name="Created">{formatTime(Date.parse(run.createdAt), now)}</Fact>
      {run.priority !== 'normal' && <Fact name="Priority">{run.priority}</Fact>}
      {run.originRunId !== null && (
        <RunLink
          name={isUndo(state) ? 'Undoes' : 'Again from'}
          runId={run.originRunId}
          hrefOfRun={hrefOfRun}
        />
      )}
      {run.parentRunId !== null && <RunLink name="Child of" runId={run.parentRunId} hrefOfRun={hrefOfRun} />}
      <Fact name="Run">{run.id}</Fact>
    </Group>
  )
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <Text size="xs" c="dimmed" component="span">
    {name}{' '}
    <Text size="xs" c="var(--mr-text)" component="span">
      {children}
    </Text>
  </Text>
)

interface RunLinkProps {
  readonly name: string
  readonly runId: string
  readonly hrefOfRun: (runId: string) => string
}

const RunLink = ({ name, runId, hrefOfRun }: RunLinkProps) => (
  <Text size="xs" c="dimmed" component="span">
    {name}{' '}
    <Anchor size="xs" href={hrefOfRun(runId)}>
      run {runId.slice(-8)}
    </Anchor>
  </Text>
)
