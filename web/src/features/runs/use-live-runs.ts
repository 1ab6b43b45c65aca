import type { RunSummary } from '@millrace/contracts'
import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'
import { patchRows, type RunChange, replaceRows } from './live-rows.js'
import { type RunSearch, toRunFilter } from './run-search.js'
import { useRunChanges } from './use-run-changes.js'

interface RunPage {
  readonly items: readonly RunSummary[]
  readonly nextCursor: string | null
  /** Every run back to this time has been looked at, and there are older ones. */
  readonly searchedTo?: string | undefined
}
type Pages = InfiniteData<RunPage, string | undefined>

const PAGE = 50
/** Milliseconds in which runs to be read gather: one request, however busy the workspace. */
const GATHER_MS = 700
/** As many as one request takes. */
const MOST_READ = 200

/** The run list, kept fresh by the workspace's stream; new runs are counted and wait to be shown. */
export const useLiveRuns = (search: RunSearch) => {
  const { runs } = useApi()
  const queryClient = useQueryClient()
  const queryKey = keys.runList(search)
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }): Promise<RunPage> =>
      runs.list({ ...toRunFilter(search, Date.now()), cursor: pageParam, limit: PAGE }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  })
  const { unseen, forget, onNewer, onStale } = useReads(search)
  const { refetch } = query

  const onChanges = useCallback(
    (changes: readonly RunChange[]) => {
      const pages = queryClient.getQueryData<Pages>(keys.runList(search))
      if (pages === undefined) return
      const patch = patchRows(
        pages.pages.flatMap((page) => page.items),
        changes,
      )
      queryClient.setQueryData<Pages>(keys.runList(search), (former) => mapPages(former, patch.rows))
      onStale(patch.stale)
      onNewer(patch.newer)
    },
    [queryClient, search, onNewer, onStale],
  )
  const showNew = useCallback(() => {
    forget()
    void refetch()
  }, [forget, refetch])
  const connection = useRunChanges(onChanges, showNew)

  return {
    query,
    rows: query.data?.pages.flatMap((page) => page.items) ?? [],
    searchedTo: query.data?.pages.at(-1)?.searchedTo,
    unseen,
    showNew,
    connection,
  }
}

/** The pages with their rows replaced by `rows`, of which there are as many. */
const mapPages = (former: Pages | undefined, rows: readonly RunSummary[]): Pages | undefined => {
  if (former === undefined) return undefined
  let from = 0
  const pages = former.pages.map((page) => {
    const items = rows.slice(from, from + page.items.length)
    from += page.items.length
    return { ...page, items }
  })
  return { ...former, pages }
}

/** Reads, a little later and together, what the stream only named. */
const useReads = (search: RunSearch) => {
  const { runs } = useApi()
  const queryClient = useQueryClient()
  const [unseen, setUnseen] = useState<ReadonlySet<string>>(new Set())
  const wanted = useRef({ newer: new Set<string>(), stale: new Set<string>() })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  const read = useCallback(async () => {
    timer.current = undefined
    const { newer, stale } = wanted.current
    wanted.current = { newer: new Set(), stale: new Set() }
    const filter = toRunFilter(search, Date.now())
    const [matching, changed] = await Promise.all([
      newer.size === 0 ? [] : runs.listOf([...newer].slice(-MOST_READ), filter),
      stale.size === 0 ? [] : runs.listOf([...stale].slice(-MOST_READ), {}),
    ])
    if (matching.length > 0) setUnseen((before) => new Set([...before, ...matching.map((run) => run.id)]))
    queryClient.setQueryData<Pages>(keys.runList(search), (former) =>
      mapPages(former, replaceRows(former?.pages.flatMap((page) => page.items) ?? [], changed)),
    )
  }, [runs, queryClient, search])

  const want = useCallback(
    (kind: 'newer' | 'stale', ids: readonly string[]) => {
      for (const id of ids) wanted.current[kind].add(id)
      // What cannot be read now is read with the next change, or when the list is.
      if (ids.length > 0) timer.current ??= setTimeout(() => void read().catch(() => undefined), GATHER_MS)
    },
    [read],
  )
  const forget = useCallback(() => setUnseen(new Set()), [])
  // Another filter is another list.
  useEffect(() => {
    setUnseen(new Set())
    return () => {
      clearTimeout(timer.current)
      timer.current = undefined
    }
  }, [search])

  return {
    unseen: unseen.size,
    forget,
    onNewer: useCallback((ids: readonly string[]) => want('newer', ids), [want]),
    onStale: useCallback((ids: readonly string[]) => want('stale', ids), [want]),
  }
}
