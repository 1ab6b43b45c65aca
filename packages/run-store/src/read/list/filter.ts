import type { RunFilter as Filter } from '@millrace/contracts'
import type { Statement } from './statement.js'

/** See the contract's `runFilter`; all conditions must hold. */
export interface RunFilter extends Omit<Filter, 'workflow'> {
  readonly workflowId?: string | undefined
  readonly runIds?: readonly string[] | undefined
}

/** Only the snapshot of a test run has no number. A look-up a row: no plan reads all versions for a page of runs. */
const IS_TEST_RUN = '(SELECT number FROM workflow_versions WHERE id = r.version_id) IS NULL'

/** As the index of it has it: `runs_error_text`. */
export const ERROR_TEXT = `lower(coalesce(r.error ->> 'code', '') || ' ' || coalesce(r.error ->> 'message', ''))`

const DURATION_MS = 'extract(epoch FROM coalesce(r.finished_at, clock_timestamp()) - r.started_at) * 1000'

/** Part of a text, whatever characters it has. */
export const containing = (text: string): string => `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`

/** The conditions on `runs r` that a filter stands for, all but its workspace. */
export const conditionsOf = (filter: RunFilter, { param }: Statement): string[] => {
  const { status, workflowId, version, trigger, errorCode, error, runIds } = filter
  return [
    ...(status === undefined ? [] : [`r.status = ${param(status)}`]),
    ...(workflowId === undefined ? [] : [`r.workflow_id = ${param(workflowId)}`]),
    ...(version === undefined
      ? []
      : [`(SELECT number FROM workflow_versions WHERE id = r.version_id) = ${param(version)}::int`]),
    ...(trigger === undefined ? [] : [`r.trigger = ${param(trigger)}`]),
    ...(errorCode === undefined ? [] : [`r.error ->> 'code' = ${param(errorCode)}`]),
    ...(error === undefined ? [] : [`${ERROR_TEXT} LIKE ${param(containing(error))}`]),
    ...timesOf(filter, param),
    ...testsOf(filter),
    ...(runIds === undefined ? [] : [`r.id = ANY (${param(runIds)}::uuid[])`]),
  ]
}

const timesOf = (filter: RunFilter, param: Statement['param']): string[] => {
  const { createdFrom, createdTo, minDurationMs, maxDurationMs } = filter
  return [
    ...(createdFrom === undefined ? [] : [`r.created_at >= ${param(createdFrom)}::timestamptz`]),
    ...(createdTo === undefined ? [] : [`r.created_at < ${param(createdTo)}::timestamptz`]),
    ...(minDurationMs === undefined ? [] : [`${DURATION_MS} >= ${param(minDurationMs)}::float8`]),
    ...(maxDurationMs === undefined ? [] : [`${DURATION_MS} <= ${param(maxDurationMs)}::float8`]),
  ]
}

/** Who names a run asks for it, whatever it is. */
const testsOf = ({ tests, runIds }: RunFilter): string[] => {
  if (tests === 'include' || (tests === undefined && runIds !== undefined)) return []
  return tests === 'only' ? [IS_TEST_RUN] : [`NOT (${IS_TEST_RUN})`]
}
