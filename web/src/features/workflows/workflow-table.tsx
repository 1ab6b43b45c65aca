import { ActionIcon, Anchor, Badge, Menu, Tooltip } from '@mantine/core'
import type { WorkflowListItem } from '@millrace/contracts'
import { Link } from '@tanstack/react-router'
import { Activity, Archive, CalendarClock, Ellipsis, History, MousePointerClick, Webhook } from 'lucide-react'
import tableClasses from '../../components/data-table.module.css'
import { formatDuration } from '../../components/time/format-time.js'
import { TimeAgo, useNow } from '../../components/time/time-ago.js'
import { figuresOf } from './figures.js'
import { RunBars } from './run-bars.js'
import classes from './workflow-table.module.css'

interface WorkflowTableProps {
  readonly items: readonly WorkflowListItem[]
  readonly onArchive: (workflow: WorkflowListItem) => void
}

export const WorkflowTable = ({ items, onArchive }: WorkflowTableProps) => {
  const now = useNow(10_000)
  return (
    <table className={tableClasses['root']}>
      <thead>
        <tr>
          <th>Name</th>
          <th>Version</th>
          <th>Last 20 runs</th>
          <th className={tableClasses['number']}>Failed</th>
          <th className={tableClasses['number']}>p95</th>
          <th>Next run</th>
          <th>Changed</th>
          <th aria-label="Actions" />
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <WorkflowRow key={item.id} item={item} now={now} onArchive={() => onArchive(item)} />
        ))}
      </tbody>
    </table>
  )
}

interface WorkflowRowProps {
  readonly item: WorkflowListItem
  readonly now: number
  readonly onArchive: () => void
}

const WorkflowRow = ({ item, now, onArchive }: WorkflowRowProps) => {
  const { failureRate, p95Ms } = figuresOf(item.recentRuns)
  const params = { workflowId: item.id }
  return (
    <tr>
      <td className={classes['name']}>
        <div className={classes['title']}>
          <Link to="/workflows/$workflowId" params={params} className={tableClasses['name']}>
            {item.name}
          </Link>
          <Triggers types={item.triggers} />
        </div>
        {item.description !== '' && <div className={classes['description']}>{item.description}</div>}
      </td>
      <td>
        <VersionState item={item} />
      </td>
      <td>
        <Link
          to="/runs"
          search={{ workflow: item.name }}
          className={classes['bars']}
          aria-label={`Runs of ${item.name}`}
        >
          <RunBars runs={item.recentRuns} />
        </Link>
      </td>
      <td className={tableClasses['number']}>
        {failureRate === null ? <Nothing /> : `${Math.round(failureRate * 100)} %`}
      </td>
      <td className={tableClasses['number']}>{p95Ms === null ? <Nothing /> : formatDuration(p95Ms)}</td>
      <td>{item.nextRunAt === null ? <Nothing /> : <TimeAgo at={item.nextRunAt} now={now} />}</td>
      <td className={tableClasses['dim']}>
        <TimeAgo at={item.updatedAt} now={now} />
      </td>
      <td>
        <RowMenu item={item} onArchive={onArchive} />
      </td>
    </tr>
  )
}

const Nothing = () => <span className={tableClasses['dim']}>–</span>

const VersionState = ({ item }: { readonly item: WorkflowListItem }) => {
  const { publishedVersion, draftAhead } = item
  if (publishedVersion === null) return <Badge variant="default">Draft only</Badge>
  return (
    <span className={classes['version']}>
      <Anchor
        size="sm"
        c="inherit"
        renderRoot={(props) => (
          <Link to="/workflows/$workflowId/versions" params={{ workflowId: item.id }} {...props} />
        )}
      >
        v{publishedVersion}
      </Anchor>
      {draftAhead && (
        <Tooltip label="The draft has changes that are not published">
          <Badge variant="light">Draft ahead</Badge>
        </Tooltip>
      )}
    </span>
  )
}

const TRIGGER_LOOKS = {
  'trigger.manual': { icon: MousePointerClick, label: 'Started by hand' },
  'trigger.webhook': { icon: Webhook, label: 'Started by webhook' },
  'trigger.schedule': { icon: CalendarClock, label: 'Started by schedule' },
} as const

const Triggers = ({ types }: { readonly types: readonly string[] }) => (
  <span className={classes['triggers']}>
    {Object.entries(TRIGGER_LOOKS)
      .filter(([type]) => types.includes(type))
      .map(([type, { icon: Icon, label }]) => (
        <Tooltip key={type} label={label}>
          <Icon size={13} role="img" aria-label={label} />
        </Tooltip>
      ))}
  </span>
)

const RowMenu = ({
  item,
  onArchive,
}: {
  readonly item: WorkflowListItem
  readonly onArchive: () => void
}) => (
  <Menu position="bottom-end" withinPortal>
    <Menu.Target>
      <ActionIcon aria-label={`Actions on ${item.name}`}>
        <Ellipsis size={16} aria-hidden />
      </ActionIcon>
    </Menu.Target>
    <Menu.Dropdown>
      <Menu.Item
        leftSection={<Activity size={14} aria-hidden />}
        renderRoot={(props) => <Link to="/runs" search={{ workflow: item.name }} {...props} />}
      >
        Runs
      </Menu.Item>
      <Menu.Item
        leftSection={<History size={14} aria-hidden />}
        renderRoot={(props) => (
          <Link to="/workflows/$workflowId/versions" params={{ workflowId: item.id }} {...props} />
        )}
      >
        Versions
      </Menu.Item>
      <Menu.Divider />
      <Menu.Item
        style={{ color: 'var(--mr-text-danger)' }}
        leftSection={<Archive size={14} aria-hidden />}
        onClick={onArchive}
      >
        Archive
      </Menu.Item>
    </Menu.Dropdown>
  </Menu>
)
