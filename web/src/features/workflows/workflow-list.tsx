import { Button, Loader, TextInput } from '@mantine/core'
import type { WorkflowListItem } from '@millrace/contracts'
import { useInfiniteQuery } from '@tanstack/react-query'
import { FileInput, Plus, Search, SearchX } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'
import tableClasses from '../../components/data-table.module.css'
import { EmptyState } from '../../components/empty-state.js'
import { PageHeader } from '../../components/page-header.js'
import { ProblemAlert } from '../../components/problem-alert.js'
import { ArchiveDialog } from './archive-dialog.js'
import { ImportDialog } from './import-dialog.js'
import { NewWorkflowDialog } from './new-workflow-dialog.js'
import { TemplateGallery } from './template-gallery.js'
import type { Template } from './templates/template.js'
import classes from './workflow-list.module.css'
import { WorkflowTable } from './workflow-table.js'

interface WorkflowListProps {
  readonly search: string
  readonly onSearch: (text: string) => void
  /** A workflow has come to be: show it. */
  readonly onCreated: (workflowId: string) => void
}

type Dialog =
  | { readonly kind: 'new'; readonly template?: Template }
  | { readonly kind: 'import' }
  | { readonly kind: 'archive'; readonly workflow: WorkflowListItem }

/** Milliseconds: bars and next runs stay fresh without anyone asking. */
const REFRESH_MS = 10_000

const useWorkflows = (search: string) => {
  const { workflows } = useApi()
  return useInfiniteQuery({
    queryKey: keys.workflowList(search),
    queryFn: ({ pageParam, signal }) =>
      workflows.list({ cursor: pageParam, limit: 100, search: search === '' ? undefined : search }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: REFRESH_MS,
    placeholderData: (former) => former,
  })
}

export const WorkflowList = ({ search, onSearch, onCreated }: WorkflowListProps) => {
  const query = useWorkflows(useDeferredValue(search))
  const [dialog, setDialog] = useState<Dialog>()
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  const close = () => setDialog(undefined)
  const actions = (
    <>
      <Button
        variant="default"
        leftSection={<FileInput size={14} aria-hidden />}
        onClick={() => setDialog({ kind: 'import' })}
      >
        Import
      </Button>
      <Button leftSection={<Plus size={14} aria-hidden />} onClick={() => setDialog({ kind: 'new' })}>
        New workflow
      </Button>
    </>
  )
  return (
    <>
      <PageHeader title="Workflows" actions={actions} />
      <div className={classes['tools']}>
        <TextInput
          aria-label="Search workflows"
          placeholder="Search names and node types"
          size="xs"
          w={280}
          leftSection={<Search size={14} aria-hidden />}
          value={search}
          onChange={(event) => onSearch(event.currentTarget.value)}
        />
      </div>
      {query.isError && (
        <div className={classes['problem']}>
          <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {query.isPending && <Loader className={classes['loader']} size="sm" aria-label="Loading workflows" />}
      {query.isSuccess && items.length === 0 && (
        <NothingHere search={search} onPick={(template) => setDialog({ kind: 'new', template })} />
      )}
      {items.length > 0 && (
        <WorkflowTable items={items} onArchive={(workflow) => setDialog({ kind: 'archive', workflow })} />
      )}
      {query.hasNextPage && (
        <div className={tableClasses['more']}>
          <Button
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      )}
      {dialog?.kind === 'new' && (
        <NewWorkflowDialog template={dialog.template} onClose={close} onCreated={onCreated} />
      )}
      {dialog?.kind === 'import' && <ImportDialog onClose={close} onImported={onCreated} />}
      {dialog?.kind === 'archive' && <ArchiveDialog workflow={dialog.workflow} onClose={close} />}
    </>
  )
}

const NothingHere = ({ search, onPick }: { search: string; onPick: (template: Template) => void }) =>
  search === '' ? (
    <TemplateGallery onPick={onPick} />
  ) : (
    <EmptyState icon={SearchX} title="No workflow matches">
      Nothing has “{search}” in its name or in the types of its nodes.
    </EmptyState>
  )
