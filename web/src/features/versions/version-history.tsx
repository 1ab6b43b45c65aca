import { Anchor, Badge, Button, Loader, UnstyledButton } from '@mantine/core'
import type { Version, Workflow } from '@millrace/contracts'
import { Link } from '@tanstack/react-router'
import { History } from 'lucide-react'
import { useState } from 'react'
import { EmptyState } from '../../components/empty-state.js'
import { PageHeader } from '../../components/page-header.js'
import { ProblemAlert } from '../../components/problem-alert.js'
import { TimeAgo, useNow } from '../../components/time/time-ago.js'
import { Comparison, sideName } from './comparison.js'
import { RestoreDialog } from './restore-dialog.js'
import { type Side, useVersions, useWorkflow } from './use-versions.js'
import classes from './versions.module.css'

interface VersionHistoryProps {
  readonly workflowId: string
  /** What the link asks for; what it leaves out is chosen. */
  readonly after: Side | undefined
  readonly before: number | undefined
  readonly onCompare: (after: Side, before: number | undefined) => void
}

export const VersionHistory = ({ workflowId, after, before, onCompare }: VersionHistoryProps) => {
  const workflow = useWorkflow(workflowId)
  const versions = useVersions(workflowId)
  const [restoring, setRestoring] = useState<number>()
  const error = workflow.error ?? versions.error
  if (error !== null)
    return (
      <div style={{ padding: 24 }}>
        <ProblemAlert error={error} />
      </div>
    )
  if (workflow.data === undefined || versions.data === undefined)
    return <Loader size="sm" m={48} aria-label="Loading versions" />
  const { items } = versions.data
  const shown = after ?? (workflow.data.draftAhead ? 'draft' : (items[0]?.number ?? 'draft'))
  const base = before ?? baseFor(shown, items)
  return (
    <>
      <Header workflow={workflow.data} />
      {base === undefined ? (
        <EmptyState icon={History} title="There is no version yet">
          Publishing the draft makes the first one. From then on, this page shows what each version changed.
        </EmptyState>
      ) : (
        <div className={classes['root']}>
          <Entries
            workflow={workflow.data}
            versions={items}
            shown={shown}
            onShow={(side) => onCompare(side, undefined)}
          />
          <Comparison
            workflowId={workflowId}
            versions={items}
            before={base}
            after={shown}
            onBefore={(side) => onCompare(shown, side)}
            onRestore={setRestoring}
          />
        </div>
      )}
      {restoring !== undefined && (
        <RestoreDialog workflow={workflow.data} number={restoring} onClose={() => setRestoring(undefined)} />
      )}
    </>
  )
}

/** The version before; the first one is compared with itself. */
const baseFor = (shown: Side, versions: readonly Version[]): number | undefined =>
  shown === 'draft'
    ? versions[0]?.number
    : (versions.find(({ number }) => number < shown)?.number ?? versions.at(-1)?.number)

const Header = ({ workflow }: { readonly workflow: Workflow }) => (
  <PageHeader
    title={
      <>
        <Anchor
          inherit
          c="dimmed"
          underline="always"
          renderRoot={(props) => <Link to="/workflows" {...props} />}
        >
          Workflows
        </Anchor>
        {' / '}
        {workflow.name} / Versions
      </>
    }
    actions={
      <Button
        variant="default"
        renderRoot={(props) => (
          <Link to="/workflows/$workflowId" params={{ workflowId: workflow.id }} {...props} />
        )}
      >
        Open the editor
      </Button>
    }
  />
)

interface EntriesProps {
  readonly workflow: Workflow
  readonly versions: readonly Version[]
  readonly shown: Side
  readonly onShow: (side: Side) => void
}

const Entries = ({ workflow, versions, shown, onShow }: EntriesProps) => {
  const now = useNow(10_000)
  return (
    <ul className={classes['history']} aria-label="Versions">
      {workflow.draftAhead && (
        <li>
          <Entry
            side="draft"
            shown={shown}
            onShow={onShow}
            badge="Not published"
            text="What publishing would change"
          />
        </li>
      )}
      {versions.map((version) => (
        <li key={version.id}>
          <Entry
            side={version.number}
            shown={shown}
            onShow={onShow}
            {...(version.number === workflow.publishedVersion ? { badge: 'Published' } : {})}
            text={version.message ?? 'No message'}
          >
            <TimeAgo at={version.createdAt} now={now} />
            {version.createdBy !== null && ` by ${version.createdBy}`}
          </Entry>
        </li>
      ))}
    </ul>
  )
}

interface EntryProps {
  readonly side: Side
  readonly shown: Side
  readonly onShow: (side: Side) => void
  readonly badge?: string
  readonly text: string
  readonly children?: React.ReactNode
}

const Entry = ({ side, shown, onShow, badge, text, children }: EntryProps) => (
  <UnstyledButton
    className={classes['entry']}
    aria-current={side === shown ? 'true' : undefined}
    onClick={() => onShow(side)}
  >
    <div className={classes['entryHead']}>
      {sideName(side)}
      {badge !== undefined && (
        <Badge size="sm" variant="light">
          {badge}
        </Badge>
      )}
    </div>
    <div className={classes['entryText']}>{text}</div>
    {children !== undefined && <div className={classes['entryText']}>{children}</div>}
  </UnstyledButton>
)
