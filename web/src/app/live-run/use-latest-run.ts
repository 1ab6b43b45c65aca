import { isTerminal } from '@millrace/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'
import { createTestRunsApi } from '../../api/test-runs.js'
import { useRunChanges } from '../../features/runs/use-run-changes.js'

/** Milliseconds in which any number of changes of the workspace's runs lead to one look at this workflow's. */
const PACE_MS = 200

/**
 * The latest run of a workflow, tests among them: the one under way when the page was opened, or any begun since.
 * What was over before is not shown.
 */
export const useLatestRun = (workflowId: string): string | undefined => {
  const { client } = useApi()
  const api = useMemo(() => createTestRunsApi(client), [client])
  const queries = useQueryClient()
  const queryKey = useMemo(() => [...keys.runs, 'latest', workflowId], [workflowId])
  const { data } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await api.latest(workflowId, 1, signal))[0] ?? null,
    gcTime: 0,
  })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const look = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      void queries.invalidateQueries({ queryKey })
    }, PACE_MS)
  }, [queries, queryKey])
  useEffect(() => () => clearTimeout(timer.current), [])
  useRunChanges(look, look)
  const over = useRef<string>(undefined)
  if (data === undefined) return undefined
  over.current ??= data !== null && isTerminal(data.status) ? data.id : ''
  return data === null || data.id === over.current ? undefined : data.id
}
