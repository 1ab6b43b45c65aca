import { MillraceError, type RunsUnderWay, type Workflow, type WorkflowListItem } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import type postgres from 'postgres'
import {
  type ListRow,
  listColumns,
  liveRuns,
  type SummaryRow,
  summaryColumns,
  summarySource,
  toListItem,
  toWorkflow,
} from './rows.js'

/**
 * Reads and archives workflows. Every statement is bound to one workspace (I9): a workflow of another one is not
 * found, like one that never was.
 */

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Of `workflows w`: this workspace's living workflow of this id or name. */
export const whereWorkflow = (sql: postgres.ISql, workspaceId: string, ref: string) =>
  UUID.test(ref)
    ? sql`w.workspace_id = ${workspaceId} AND w.archived_at IS NULL AND (w.id = ${ref} OR w.name = ${ref})`
    : sql`w.workspace_id = ${workspaceId} AND w.archived_at IS NULL AND w.name = ${ref}`

export const workflowNotFound = (ref: string): MillraceError =>
  new MillraceError('NOT_FOUND', `There is no workflow ${ref}`)

/** Throws NOT_FOUND. */
export const getWorkflow = async (
  sql: postgres.ISql,
  workspaceId: string,
  ref: string,
): Promise<Workflow> => {
  const [row] = await sql<(SummaryRow & Pick<Workflow, 'draft'>)[]>`
    SELECT ${summaryColumns(sql)}, w.draft_text AS draft FROM ${summarySource(sql)}
    WHERE ${whereWorkflow(sql, workspaceId, ref)} LIMIT 1`
  if (row === undefined) throw workflowNotFound(ref)
  return toWorkflow(row)
}

/**
 * The id of a workflow, which stays as it is until the transaction ends: everything that changes a workflow
 * starts here, and so takes turns. Throws NOT_FOUND.
 */
export const lockWorkflow = async (
  tx: postgres.TransactionSql,
  workspaceId: string,
  ref: string,
): Promise<string> => {
  const [row] = await tx<{ id: string }[]>`
    SELECT w.id FROM workflows w WHERE ${whereWorkflow(tx, workspaceId, ref)} LIMIT 1 FOR NO KEY UPDATE`
  if (row === undefined) throw workflowNotFound(ref)
  return row.id
}

export interface ListRequest {
  /** Lists those after this name. */
  readonly after: string | undefined
  readonly search: string | undefined
  readonly limit: number
}

/** By name, one more than asked for when there are more. */
export const listWorkflows = async (
  sql: Sql,
  workspaceId: string,
  { after, search, limit }: ListRequest,
): Promise<WorkflowListItem[]> => {
  const rows = await sql<ListRow[]>`
    WITH ${liveRuns(sql, workspaceId)}
    SELECT ${summaryColumns(sql)}, ${listColumns(sql)} FROM ${summarySource(sql)}
    WHERE w.workspace_id = ${workspaceId} AND w.archived_at IS NULL
      ${after === undefined ? sql`` : sql`AND w.name > ${after}`}
      ${search === undefined ? sql`` : whereMatches(sql, search)}
    ORDER BY w.name LIMIT ${limit + 1}`
  return rows.map(toListItem)
}

const whereMatches = (sql: Sql, search: string) => sql`
  AND (position(lower(${search}) IN lower(w.name)) > 0 OR EXISTS (
    SELECT FROM jsonb_path_query(w.draft, '$.nodes[*].type') type
    WHERE position(lower(${search}) IN lower(type #>> '{}')) > 0))`

/** More are not counted: a person who is asked whether to go on needs no more, and the answer stays quick. */
const MAX_COUNTED = 10_000

/** Read from the index over the workspace's runs that have not ended. Throws NOT_FOUND. */
export const countRunsUnderWay = async (
  sql: Sql,
  workspaceId: string,
  ref: string,
): Promise<RunsUnderWay> => {
  const [row] = await sql<{ runs: number }[]>`
    SELECT (SELECT count(*)::int FROM (
      SELECT FROM runs r WHERE r.workspace_id = w.workspace_id AND r.workflow_id = w.id
        AND r.status IN ('pending', 'running', 'waiting', 'paused') LIMIT ${MAX_COUNTED + 1}) AS counted) AS runs
    FROM workflows w WHERE ${whereWorkflow(sql, workspaceId, ref)} LIMIT 1`
  if (row === undefined) throw workflowNotFound(ref)
  return { count: Math.min(row.runs, MAX_COUNTED), exact: row.runs <= MAX_COUNTED }
}

/** Frees the name, and starts no more runs: webhooks, schedules and listeners go, versions stay for the runs pinned to them. */
export const archiveWorkflow = (sql: Sql, workspaceId: string, ref: string): Promise<void> =>
  sql.begin(async (tx) => {
    const id = await lockWorkflow(tx, workspaceId, ref)
    await tx`DELETE FROM webhooks WHERE workflow_id = ${id}`
    await tx`DELETE FROM schedules WHERE workflow_id = ${id}`
    await tx`DELETE FROM listeners WHERE workflow_id = ${id}`
    await tx`UPDATE workflows SET archived_at = clock_timestamp(), updated_at = clock_timestamp() WHERE id = ${id}`
  })
