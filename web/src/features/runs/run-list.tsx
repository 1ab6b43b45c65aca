import { Button, Loader } from '@mantine/core'
import { Activity, ArrowUp, FilterX } from 'lucide-react'
import { useState } from 'react'
import { EmptyState } from '../../components/empty-state.js'
import { PageHeader } from '../../components/page-header.js'
import { ProblemAlert } from '../../components/problem-alert.js'
import { BulkBar } from './bulk/bulk-bar.js'
import { OlderRuns } from './older-runs.js'
import { RunFilters } from './run-filters.js'
import classes from './run-list.module.css'
import { hasFilter, type RunSearch } from './run-search.js'
import { RunTable } from './run-table.js'
import { useLiveRuns } from './use-live-runs.js'

interface RunListProps {
  readonly search: RunSearch
  readonly onSearch: (search: RunSearch) => void
}

const NONE: ReadonlySet<string> = new Set()

export const RunList = ({ search, onSearch }: RunListProps) => {
  const { query, rows, searchedTo, unseen, showNew, connection } = useLiveRuns(search)
  const [selected, setSelected] = useState(NONE)
  const change = (next: RunSearch) => {
    setSelected(NONE)
    onSearch(next)
  }
  return (
    <>
      <PageHeader title="Runs" actions={<Connection kind={connection} />} />
      <RunFilters search={search} onSearch={change} triggers={rows.map((row) => row.trigger)} />
      <BulkBar
        search={search}
        rows={rows}
        selected={selected}
        hasMore={query.hasNextPage}
        onDone={() => setSelected(NONE)}
      />
      {query.isError && (
        <div className={classes['problem']}>
          <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      <output className={classes['pill']}>
        {unseen > 0 && (
          <Button
            radius="xl"
            size="compact-sm"
            leftSection={<ArrowUp size={13} aria-hidden />}
            onClick={showNew}
          >
            {unseen === 1 ? '1 new run' : `${unseen} new runs`}
          </Button>
        )}
      </output>
      {query.isPending && <Loader className={classes['loader']} size="sm" aria-label="Loading runs" />}
      {query.isSuccess && rows.length === 0 && !query.hasNextPage && (
        <NothingHere filtered={hasFilter(search)} onClear={() => change({})} />
      )}
      {rows.length > 0 && <RunTable rows={rows} selected={selected} onSelect={setSelected} />}
      {query.hasNextPage && (
        <OlderRuns
          searchedTo={searchedTo}
          loading={query.isFetchingNextPage}
          onMore={() => void query.fetchNextPage()}
        />
      )}
    </>
  )
}

const NothingHere = ({ filtered, onClear }: { readonly filtered: boolean; readonly onClear: () => void }) =>
  filtered ? (
    <EmptyState
      icon={FilterX}
      title="No run matches these filters"
      action={
        <Button variant="default" onClick={onClear}>
          Clear the filters
        </Button>
      }
    >
      There may be runs outside of them.
    </EmptyState>
  ) : (
    <EmptyState icon={Activity} title="Nothing has run yet">
      Publish a workflow and start it by hand, by its webhook or by its schedule. Runs show here as they
      happen.
    </EmptyState>
  )

const WORDS: Partial<Record<ReturnType<typeof useLiveRuns>['connection'], string>> = {
  live: 'Live',
  reconnecting: 'Reconnecting …',
  connecting: 'Connecting …',
}

const Connection = ({ kind }: { readonly kind: ReturnType<typeof useLiveRuns>['connection'] }) => (
  <output className={classes['connection']} data-live={kind === 'live' || undefined}>
    {WORDS[kind] ?? 'Not live'}
  </output>
)
