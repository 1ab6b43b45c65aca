import type { RunsUnderWay } from '@millrace/contracts'

interface Counted {
  readonly data?: RunsUnderWay | undefined
  readonly isError: boolean
}

/** What becomes of the runs that are under way when their workflow is archived. */
export const sayRunsUnderWay = ({ data, isError }: Counted): string => {
  if (isError) return 'Runs that are under way go on to their end.'
  if (data === undefined) return 'Counting the runs that are under way …'
  const { count, exact } = data
  if (count === 0) return 'No run is under way.'
  if (count === 1) return '1 run is under way and goes on to its end.'
  return `${exact ? '' : 'More than '}${count.toLocaleString('en-US')} runs are under way and go on to their end.`
}
