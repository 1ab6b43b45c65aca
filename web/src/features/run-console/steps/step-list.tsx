import { Text } from '@mantine/core'
import { ChevronRight } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso'
import { formatDuration } from '../../../components/time/format-time.js'
import type { RootFailure } from '../explain/root-failure.js'
import type { Moment } from '../session/moment.js'
import type { Timeline } from '../timeline/timeline.js'
import { stepDuration } from './step-duration.js'
import { StepIcon } from './step-icon.js'
import { groupKey, STEPS_A_PAGE, type StepRow, stepRows } from './step-rows.js'
import classes from './steps.module.css'

interface StepListProps {
  readonly moment: Moment
  readonly timeline: Timeline
  readonly root: RootFailure | undefined
  readonly now: number
  readonly selected: string | undefined
  readonly onSelect: (path: string | undefined) => void
}

const ROW_HEIGHT = 28

/** The steps of the run beside every view: what is selected here is selected everywhere. */
export const StepList = ({ moment, timeline, root, now, selected, onSelect }: StepListProps) => {
  const [open, setOpen] = useState<ReadonlyMap<string, number>>(new Map())
  const list = useRef<VirtuosoHandle>(null)
  // The state is advanced in place: its revision says when to look again.
  const rows = useMemo(
    () => stepRows({ state: moment.state, root, inside: timeline.inside, selected, open }),
    [moment.revision, timeline, root, selected, open],
  )
  const toggle = (key: string) => {
    const next = new Map(open)
    if (!next.delete(key)) next.set(key, STEPS_A_PAGE)
    setOpen(next)
  }
  const showMore = (key: string) => setOpen(new Map(open).set(key, (open.get(key) ?? 0) + STEPS_A_PAGE))
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
          <Row
            row={rows[index]!}
            now={now}
            selected={selected}
            onSelect={onSelect}
            onToggle={toggle}
            onMore={showMore}
          />
        )}
      />
    </nav>
  )
}

interface RowProps extends Pick<StepListProps, 'now' | 'selected' | 'onSelect'> {
  readonly row: StepRow
  readonly onToggle: (key: string) => void
  readonly onMore: (key: string) => void
}

const WHAT = { skipped: 'skipped', never_ran: 'never ran', inside: 'inside' } as const

const Row = ({ row, now, selected, onSelect, onToggle, onMore }: RowProps) => {
  if (row.kind === 'group') {
    return (
      <button
        type="button"
        className={classes['group']}
        aria-expanded={row.isOpen}
        onClick={() => onToggle(groupKey(row.cause, row.reason))}
      >
        <ChevronRight size={13} aria-hidden className={classes['chevron']} />
        {row.count.toLocaleString('en')} {row.count === 1 ? 'step' : 'steps'} {WHAT[row.reason]}
      </button>
    )
  }
  if (row.kind === 'more') {
    return (
      <button
        type="button"
        className={classes['group']}
        onClick={() => onMore(groupKey(row.cause, 'inside'))}
      >
        {Math.min(STEPS_A_PAGE, row.count).toLocaleString('en')} more of {row.count.toLocaleString('en')}
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
