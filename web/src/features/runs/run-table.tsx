import { Checkbox } from '@mantine/core'
import { isTerminal, type RunSummary } from '@millrace/contracts'
import { Link } from '@tanstack/react-router'
import tableClasses from '../../components/data-table.module.css'
import { STATE_LOOKS, stateOf } from '../../components/state/state.js'
import { StateIcon } from '../../components/state/state-icon.js'
import { formatDuration } from '../../components/time/format-time.js'
import { TimeAgo, useNow } from '../../components/time/time-ago.js'
import classes from './run-table.module.css'

interface RunTableProps {
  readonly rows: readonly RunSummary[]
  readonly selected: ReadonlySet<string>
  readonly onSelect: (ids: ReadonlySet<string>) => void
}

export const RunTable = ({ rows, selected, onSelect }: RunTableProps) => {
  const now = useNow(1_000)
  const all = rows.length > 0 && rows.every((row) => selected.has(row.id))
  const toggle = (id: string) => {
    const next = new Set(selected)
    if (!next.delete(id)) next.add(id)
    onSelect(next)
  }
  return (
    <table className={tableClasses['root']}>
      <thead>
        <tr>
          <th className={classes['check']}>
            <Checkbox
              size="xs"
              aria-label="Select all shown runs"
              checked={all}
              indeterminate={!all && selected.size > 0}
              onChange={() => onSelect(all ? new Set() : new Set(rows.map((row) => row.id)))}
            />
          </th>
          <th>Status</th>
          <th>Workflow</th>
          <th>Trigger</th>
          <th>Created</th>
          <th className={tableClasses['number']}>Duration</th>
          <th>Error</th>
          <th>Run</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <RunRow
            key={row.id}
            row={row}
            now={now}
            selected={selected.has(row.id)}
            onToggle={() => toggle(row.id)}
          />
        ))}
      </tbody>
    </table>
  )
}

interface RunRowProps {
  readonly row: RunSummary
  readonly now: number
  readonly selected: boolean
  readonly onToggle: () => void
}

const RunRow = ({ row, now, selected, onToggle }: RunRowProps) => {
  const state = stateOf(row)
  const duration = durationOf(row, now)
  return (
    <tr data-selected={selected || undefined}>
      <td className={classes['check']}>
        <Checkbox
          size="xs"
          aria-label={`Select run ${shortId(row.id)} of ${row.workflowName}`}
          checked={selected}
          onChange={onToggle}
        />
      </td>
      <td>
        <span className={classes['state']}>
          <StateIcon state={state} size={14} named={false} />
          {STATE_LOOKS[state].word}
        </span>
      </td>
      <td className={classes['workflow']}>
        <Link to="/runs/$runId" params={{ runId: row.id }} className={tableClasses['name']}>
          {row.workflowName}
        </Link>{' '}
        <span className={tableClasses['dim']}>{row.version === null ? 'test' : `v${row.version}`}</span>
      </td>
      <td className={tableClasses['dim']}>{row.trigger}</td>
      <td className={classes['time']}>
        <TimeAgo at={row.createdAt} now={now} />
      </td>
      <td className={tableClasses['number']}>
        {duration === null ? <span className={tableClasses['dim']}>–</span> : formatDuration(duration)}
      </td>
      <td className={classes['error']} title={row.error?.message}>
        {row.error?.message}
      </td>
      <td className={classes['id']}>
        <Link to="/runs/$runId" params={{ runId: row.id }} tabIndex={-1} aria-hidden>
          {shortId(row.id)}
        </Link>
      </td>
    </tr>
  )
}

/** Its end tells runs apart; its beginning is the time. */
const shortId = (id: string): string => id.slice(-8)

/** A run that goes on is measured against this machine's clock, which may be a little before the server's. */
const durationOf = (row: RunSummary, now: number): number | null => {
  if (row.startedAt === null) return null
  if (isTerminal(row.status) && row.finishedAt === null) return null
  const end = row.finishedAt === null ? now : Date.parse(row.finishedAt)
  return Math.max(0, end - Date.parse(row.startedAt))
}
