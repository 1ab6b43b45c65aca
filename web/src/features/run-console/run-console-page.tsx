import { Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ApiError } from '../../api/api-error.js'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'
import { createRunApi } from '../../api/run.js'
import { ProblemAlert } from '../../components/problem-alert.js'
import classes from './console.module.css'
import { RunConsole, type RunConsoleProps } from './run-console.js'

export type RunConsolePageProps = Omit<RunConsoleProps, 'api' | 'sessionOptions' | 'run'> & {
  readonly runId: string
}

/** Loads what following a run needs: the run, the definition it is pinned to, and which node types are triggers. */
export const RunConsolePage = ({ runId, ...props }: RunConsolePageProps) => {
  const { client } = useApi()
  const api = useMemo(() => createRunApi(client), [client])
  const run = useQuery({
    queryKey: keys.run(runId),
    queryFn: ({ signal }) => api.read(runId, signal),
    staleTime: Number.POSITIVE_INFINITY,
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
  const failed = [run, definition, nodeTypes].find(({ error }) => error !== null)
  if (failed !== undefined) {
    return (
      <div className={classes['problem']}>
        <ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />
      </div>
    )
  }
  if (run.data === undefined || definition.data === undefined || nodeTypes.data === undefined)
    return <Loader className={classes['problem']} size="sm" aria-label="Loading the run" />
  const options = {
    run: run.data,
    definition: definition.data,
    nodeTypes: nodeTypes.data,
    openEvents: (lastId: string | undefined, signal: AbortSignal) => api.openEvents(runId, lastId, signal),
    isFinal,
  }
  return <RunConsole key={runId} {...props} api={api} run={run.data} sessionOptions={options} />
}

const isFinal = (error: unknown): boolean => error instanceof ApiError && !error.isTransient
