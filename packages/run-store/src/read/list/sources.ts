import { isTerminal, type RunStatus, runStatus } from '@millrace/contracts'
import { containing, ERROR_TEXT, type RunFilter } from './filter.js'
import type { Statement } from './statement.js'

/**
 * Where candidates for a list come from: indexes of `runs` that give the newest first. Each index is over runs that
 * have ended, and so is written once a run, but for `runs_live`.
 *
 * A source is a list of branches, each the condition of one index scan; together they hold every run that matches the
 * filter, and others.
 */
export type Source = (statement: Statement) => string[]

/** What a filter's names stand for. */
export interface Scope {
  readonly workspaceId: string
  /** Of the version that is asked for; of every workflow where none is named. */
  readonly versionIds: readonly string[]
  /** The one asked for, else all. */
  readonly workflowIds: readonly string[]
}

/** A plan with more branches takes longer to make than to run. */
const MAX_BRANCHES = 64

const ENDED = `r.status IN ('completed', 'failed', 'cancelled')`
const LIVE = `r.status IN ('pending', 'running', 'waiting', 'paused')`

/** The sources that fit a filter, those that leave the fewest candidates first. */
export const sourcesOf = (filter: RunFilter, scope: Scope): Source[] => {
  const { workspaceId, workflowIds, versionIds } = scope
  const { status, workflowId, version, trigger, errorCode, runIds } = filter
  if (runIds !== undefined)
    return [
      ({ param }) => [`r.workspace_id = ${param(workspaceId)} AND r.id = ANY (${param(runIds)}::uuid[])`],
    ]
  const mayHaveEnded = status === undefined || isTerminal(status)
  const live: Source = ({ param }) =>
    hasError(filter) ? [] : liveBranches(filter, () => `r.workspace_id = ${param(workspaceId)}`)
  const withLive =
    (ended: Source): Source =>
    (statement) => [...(mayHaveEnded ? ended(statement) : []), ...live(statement)]
  const failed: Source = ({ param }) => {
    const code = errorCode === undefined ? '' : ` AND left(r.error ->> 'code', 128) = ${param(errorCode)}`
    return [
      workflowId === undefined
        ? `r.workspace_id = ${param(workspaceId)} AND r.error IS NOT NULL${code}`
        : `r.workflow_id = ${param(workflowId)} AND r.error IS NOT NULL${code}`,
    ]
  }
  return [
    ...(errorCode === undefined ? [] : [failed]),
    ...(version === undefined || versionIds.length > MAX_BRANCHES
      ? []
      : [withLive(each(versionIds, 'version_id'))]),
    ...(filter.tests !== 'only'
      ? []
      : [({ param }: Statement) => [`r.workspace_id = ${param(workspaceId)} AND r.seed IS NOT NULL`]]),
    ...(filter.minDurationMs === undefined && filter.maxDurationMs === undefined
      ? []
      : [withLive(byDuration(filter, workspaceId))]),
    ...(trigger === undefined || workflowIds.length > MAX_BRANCHES
      ? []
      : [withLive(each(workflowIds, 'workflow_id', trigger))]),
    withLive(byStatus(filter, workspaceId)),
  ]
}

/** Only runs that have failed or were cancelled have one. */
const hasError = ({ error, errorCode }: RunFilter): boolean => error !== undefined || errorCode !== undefined

const endsOf = (filter: RunFilter): readonly RunStatus[] =>
  hasError(filter) ? ['failed', 'cancelled'] : ['completed', 'failed', 'cancelled']

/** Live runs have one index, whose entries hold the workflow too. */
const liveBranches = ({ status }: RunFilter, owner: () => string): string[] =>
  runStatus.options
    .filter((each) => !isTerminal(each) && (status === undefined || each === status))
    .map((each) => `${owner()} AND r.status = '${each}' AND ${LIVE}`)

const byStatus =
  (filter: RunFilter, workspaceId: string): Source =>
  ({ param }) => {
    const { status, workflowId } = filter
    const owner = () =>
      workflowId === undefined
        ? `r.workspace_id = ${param(workspaceId)}`
        : `r.workflow_id = ${param(workflowId)}`
    const statuses = endsOf(filter).filter((each) => status === undefined || each === status)
    return statuses.map((each) => `${owner()} AND r.status = '${each}' AND ${ENDED}`)
  }

const each =
  (ids: readonly string[], column: 'workflow_id' | 'version_id', trigger?: string): Source =>
  ({ param }) =>
    ids.map(
      (id) =>
        `r.${column} = ${param(id)} AND ${ENDED}${trigger === undefined ? '' : ` AND r.trigger = ${param(trigger)}`}`,
    )

/** The last class of `run_duration_class`: 2^31 ms, which is 24 days, and all above. */
const MAX_CLASS = 31

/** One branch for each power of two of milliseconds: within it the newest come first. */
const byDuration =
  ({ minDurationMs = 0, maxDurationMs = Number.MAX_SAFE_INTEGER }: RunFilter, workspaceId: string): Source =>
  ({ param }) => {
    const owner = () => `r.workspace_id = ${param(workspaceId)}`
    const first = durationClass(minDurationMs)
    return Array.from(
      { length: Math.max(0, durationClass(maxDurationMs) - first + 1) },
      (_, i) =>
        `${owner()} AND run_duration_class(r.started_at, r.finished_at) = ${first + i}::smallint AND ${ENDED}`,
    )
  }

/** The place of the highest bit, as `run_duration_class` has it. */
const durationClass = (ms: number): number =>
  MAX_CLASS - Math.clz32(Math.min(Math.max(1, Math.floor(ms)), 2 ** MAX_CLASS))

/** An index of parts of text gives no order; below three characters it gives nothing at all. */
export const byErrorText = (filter: RunFilter, workspaceId: string): Source | undefined => {
  const { error } = filter
  if (error === undefined || error.length < 3) return undefined
  return ({ param }) => [
    `r.workspace_id = ${param(workspaceId)} AND r.error IS NOT NULL AND ${ERROR_TEXT} LIKE ${param(containing(error))}`,
  ]
}
