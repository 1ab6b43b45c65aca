import type { Run } from '@millrace/contracts'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ApiError } from '../../../api/api-error.js'
import { useApi } from '../../../api/context.js'
import { keys } from '../../../api/keys.js'
import { createRunApi, type RunApi } from '../../../api/run.js'
import type { RunSessionOptions } from './run-session.js'

/** Milliseconds between two looks at a run that has not begun. */
const PENDING_PACE_MS = 2_000

type FollowedRun =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: Error; readonly retry: () => void }
  | {
      readonly kind: 'ready'
      readonly run: Run
      readonly api: RunApi
      readonly options: Omit<RunSessionOptions, 'requestFrame' | 'now' | 'random'>
    }

/** Loads what following a run needs: the run, the definition it is pinned to, and which node types are triggers. */
export const useFollowedRun = (runId: string): FollowedRun => {
  const { client } = useApi()
  const api = useMemo(() => createRunApi(client), [client])
  const run = useQuery({
    queryKey: keys.run(runId),
    queryFn: ({ signal }) => api.read(runId, signal),
    staleTime: Number.POSITIVE_INFINITY,
    // What holds it before it begins is told by no event.
    refetchInterval: ({ state }) => (state.data?.status === 'pending' ? PENDING_PACE_MS : false),
  })
  const definition = useQuery({
    queryKey: [...keys.run(runId), 'definition'],
    queryFn: ({ signal }) => api.definition(runId, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const nodeTypes = useQuery({
    queryKey: ['node-types'],
    queryFn: ({ signal }) => api.nodeTypes(signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  for (const { data, error, refetch } of [run, definition, nodeTypes])
    if (data === undefined && error !== null) return { kind: 'failed', error, retry: () => void refetch() }
  if (run.data === undefined || definition.data === undefined || nodeTypes.data === undefined)
    return { kind: 'loading' }
  const options = {
    run: run.data,
    definition: definition.data,
    nodeTypes: nodeTypes.data,
    openEvents: (lastId: string | undefined, signal: AbortSignal) => api.openEvents(runId, lastId, signal),
    isFinal,
  }
  return { kind: 'ready', run: run.data, api, options }
}

const isFinal = (error: unknown): boolean => error instanceof ApiError && !error.isTransient
