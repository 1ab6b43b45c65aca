import { Loader } from '@mantine/core'
import { useDeferredValue } from 'react'
import { ProblemAlert } from '../../components/problem-alert.js'
import classes from './console.module.css'
import { RunConsole, type RunConsoleProps } from './run-console.js'
import { useFollowedRun } from './session/use-followed-run.js'

export type RunConsolePageProps = Omit<RunConsoleProps, 'api' | 'sessionOptions' | 'run'> & {
  readonly runId: string
}

/** The console of a run, once what it needs has been loaded. */
export const RunConsolePage = ({ runId, ...props }: RunConsolePageProps) => {
  const followed = useFollowedRun(runId)
  // Deferred, so that React draws the console in slices: that of a large run would be one long task.
  const isDrawn = useDeferredValue(followed.kind === 'ready', false)
  if (followed.kind === 'failed') {
    return (
      <div className={classes['problem']}>
        <ProblemAlert error={followed.error} onRetry={followed.retry} />
      </div>
    )
  }
  if (followed.kind === 'loading' || !isDrawn)
    return <Loader className={classes['problem']} size="sm" aria-label="Loading the run" />
  const { api, run, options } = followed
  return <RunConsole key={runId} {...props} api={api} run={run} sessionOptions={options} />
}
