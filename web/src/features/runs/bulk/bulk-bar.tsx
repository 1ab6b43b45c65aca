import { Anchor, Button } from '@mantine/core'
import type { BulkAction, RunSummary } from '@millrace/contracts'
import { useState } from 'react'
import classes from '../run-list.module.css'
import type { RunSearch } from '../run-search.js'
import { BulkDialog } from './bulk-dialog.js'
import { actionsFor, canSelectMatching, type Selection } from './selection.js'

interface BulkBarProps {
  readonly search: RunSearch
  readonly rows: readonly RunSummary[]
  readonly selected: ReadonlySet<string>
  /** True when there are runs beyond those shown. */
  readonly hasMore: boolean
  readonly onDone: () => void
}

const LABELS: Readonly<Record<BulkAction, string>> = {
  retry: 'Retry',
  cancel: 'Cancel',
  pause: 'Pause',
  resume: 'Resume',
}

export const BulkBar = ({ search, rows, selected, hasMore, onDone }: BulkBarProps) => {
  const [matching, setMatching] = useState(false)
  const [action, setAction] = useState<BulkAction>()
  if (selected.size === 0) return null
  const all = matching && canSelectMatching(search)
  const selection: Selection = all ? { kind: 'matching', search } : { kind: 'ticked', ids: selected }
  const offer = !all && hasMore && canSelectMatching(search) && rows.every((row) => selected.has(row.id))
  const actions = actionsFor(rows.filter((row) => selected.has(row.id)))
  const leave = () => {
    setMatching(false)
    setAction(undefined)
    onDone()
  }
  return (
    <section className={classes['bulk']} aria-label="Actions on selected runs">
      <span className={classes['bulkText']}>
        {all ? 'All runs that match the filters' : `${selected.size} selected`}
        {offer && (
          <>
            {' · '}
            <Anchor component="button" size="sm" onClick={() => setMatching(true)}>
              select all that match, also older ones
            </Anchor>
          </>
        )}
      </span>
      {actions.length === 0 && 'Nothing can be done with these'}
      {actions.map((each) => (
        <Button key={each} variant="default" onClick={() => setAction(each)}>
          {LABELS[each]}
        </Button>
      ))}
      <Button variant="subtle" color="gray" onClick={leave}>
        Clear
      </Button>
      {action !== undefined && <BulkDialog action={action} selection={selection} onClose={leave} />}
    </section>
  )
}
