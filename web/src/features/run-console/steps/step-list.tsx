import { Text } from '@mantine/core'
import { ChevronRight } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso'
import { formatDuration } from '../../../components/time/format-time.js'
import type { RootFailure } from '../explain/root-failure.js'
import type { Moment } from '../session/moment.js'
import { stepDuration } from './step-duration.js'
import { StepIcon } from './step-icon.js'
import { type StepRow, stepRows } from './step-rows.js'
import classes from './steps.module.css'

interface StepListProps {
  readonly moment: Moment
  readonly root: RootFailure | undefined
  readonly now: number
  readonly selected: string | undefined
  readonly onSelect: (path: string | undefined) => void
}

const ROW_HEIGHT = 28

/** The steps of the run beside every view: what is selected here is selected everywhere. */
export const StepList = ({ moment, root, now, selected, onSelect }: StepListProps) => {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const list = useRef<VirtuosoHandle>(null)
  // The state is advanced in place: its revision says when to look again.
  const rows = useMemo(() => stepRows(moment.state, root, open), [moment.revision, root, open])
  const toggle = (cause: string) => {
    const next = new Set(open)
    if (!next.delete(cause)) next.add(cause)
    setOpen(next)
  }
  return (
    <nav className={classes['list']} aria-label="Steps">
      <button
        type="button"
        className={classes['row']}
        aria-current={selected === undefined || undefined}
        onClick={() => onSelect(undefined)}
      >
        <Text component="span" size="sm" fw={600}>
          Whole run
        </Text>
      </button>
      <Virtuoso
        ref={list}
        className={classes['rows']}
        totalCount={rows.length}
        fixedItemHeight={ROW_HEIGHT}
        increaseViewportBy={200}
        itemContent={(index) => (
          <Row row={rows[index]!} now={now} selected={selected} onSelect={onSelect} onToggle={toggle} />
        )}
      />
    </nav>
  )
}

interface RowProps extends Pick<StepListProps, 'now' | 'selected' | 'onSelect'> {
  readonly row: StepRow
  readonly onToggle: (cause: string) => void
}

const Row = ({ row, now, selected, onSelect, onToggle }: RowProps) => {
  if (row.kind === 'group') {
    const what = row.reason === 'skipped' ? 'skipped' : 'never ran'
    return (
      <button
        type="button"
        className={classes['group']}
        aria-expanded={row.isOpen}
        onClick={() => onToggle(row.cause)}
      >
        <ChevronRight size={13} aria-hidden className={classes['chevron']} />
        {row.count.toLocaleString('en')} {row.count === 1 ? 'step' : 'steps'} {what}
      </button>
    )
  }
  const { step } = row
  const duration = stepDuration(step, now)
  return (
    <button
      type="button"
      className={classes['row']}
      data-nested={row.isNested || undefined}
      aria-current={step.path === selected || undefined}
      onClick={() => onSelect(step.path)}
    >
      <StepIcon step={step} />
      <span className={classes['path']} title={step.path}>
        {step.path}
      </span>
      {step.attempt > 1 && <span className={classes['attempt']}>×{step.attempt}</span>}
      <span className={classes['duration']}>{duration === undefined ? '' : formatDuration(duration)}</span>
    </button>
  )
}
