import {
  type Definition,
  type RunFilter as Filter,
  type Json,
  type Priority,
  priority as priorities,
  type Run,
  type RunStatus,
  type RunSummary,
  type StepError,
} from '@millrace/contracts'
import type { Sql } from '@millrace/db'

/** Runs as the API shows them. Every query names the workspace (I9). */

/** See the contract's `runFilter`; all conditions must hold. */
export interface RunFilter extends Omit<Filter, 'workflow'> {
  readonly workflowId?: string | undefined
  readonly runIds?: readonly string[] | undefined
}

export interface RunPage {
  readonly items: readonly RunSummary[]
  /** The id to go on from; null at the end. */
  readonly nextCursor: string | null
}

interface SummaryRow {
  readonly id: string
  readonly workflow_id: string
  readonly workflow_name: string
  readonly version: number | null
  readonly status: RunStatus
  readonly trigger: string
  readonly priority: number
  readonly created_ms: number
  readonly started_ms: number | null
  readonly finished_ms: number | null
  readonly last_seq: number
  readonly error: StepError | null
}

interface RunRow extends SummaryRow {
  readonly input: Json
  readonly output: Json | null
  readonly idempotency_key: string | null
  readonly parent_run_id: string | null
  readonly origin_run_id: string | null
  readonly blocked: NonNullable<Run['blocked']> | null
  /** Milliseconds since the epoch. */
  readonly held_until: number | null
}

export const getRun = async (sql: Sql, workspaceId: string, runId: string): Promise<Run | null> => {
  const [row] = await sql<RunRow[]>`
    SELECT ${summaryColumns(sql)}, r.input, r.output, r.idempotency_key, r.parent_run_id, r.origin_run_id, (
      SELECT jsonb_build_object('key', s.key, 'limit', concurrency_limit(s.workflow_id, s.key), 'ahead', (
        SELECT count(*) FROM concurrency_slots o
        WHERE o.workflow_id = s.workflow_id AND o.key = s.key AND o.state = 'blocked' AND o.position < s.position))
      FROM concurrency_slots s WHERE s.run_id = r.id AND s.state = 'blocked') AS blocked, (
      SELECT (extract(epoch FROM h.due_at) * 1000)::float8 FROM held_starts h
      WHERE h.run_id = r.id AND r.status = 'pending') AS held_until
    FROM ${summaryTables(sql)}
    WHERE r.workspace_id = ${workspaceId} AND r.id = ${runId}`
  if (row === undefined) return null
  return {
    ...toSummary(row),
    input: row.input,
    output: row.output,
    idempotencyKey: row.idempotency_key,
    parentRunId: row.parent_run_id,
    originRunId: row.origin_run_id,
    ...(row.blocked === null ? {} : { blocked: row.blocked }),
    ...(row.held_until === null ? {} : { heldUntil: new Date(row.held_until).toISOString() }),
  }
}

/** What the run is pinned to. */
export const getDefinition = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
): Promise<Definition | null> => {
  const [row] = await sql<{ definition: Definition }[]>`
    SELECT v.definition_text AS definition FROM runs r JOIN workflow_versions v ON v.id = r.version_id
    WHERE r.workspace_id = ${workspaceId} AND r.id = ${runId}`
  return row?.definition ?? null
}

/**
 * The newest runs first, which is by id, descending.
 * @param beforeId the cursor of the page before; null to begin.
 */
export const listRuns = async (
  sql: Sql,
  workspaceId: string,
  filter: RunFilter,
  beforeId: string | null,
  limit: number,
): Promise<RunPage> => {
  const rows = await sql<SummaryRow[]>`
    SELECT ${summaryColumns(sql)} FROM ${summaryTables(sql)}
    WHERE ${whereRuns(sql, workspaceId, filter)}
    ${beforeId === null ? sql`` : sql`AND r.id < ${beforeId}`}
    ORDER BY r.id DESC LIMIT ${limit + 1}`
  const items = rows.slice(0, limit).map(toSummary)
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

/** Only the snapshot of a test run has no number. */
const isTestRun = (sql: Sql) =>
  sql`EXISTS (SELECT FROM workflow_versions WHERE id = r.version_id AND number IS NULL)`

/** Who names a run asks for it, whatever it is. */
const testsFilter = (sql: Sql, { tests, runIds }: RunFilter) => {
  if (tests === 'include' || (tests === undefined && runIds !== undefined)) return sql``
  return tests === 'only' ? sql`AND ${isTestRun(sql)}` : sql`AND NOT ${isTestRun(sql)}`
}

/** The condition on `runs r` that a filter stands for. */
export const whereRuns = (sql: Sql, workspaceId: string, filter: RunFilter) => sql`
  r.workspace_id = ${workspaceId}
  ${filter.status === undefined ? sql`` : sql`AND r.status = ${filter.status}`}
  ${filter.workflowId === undefined ? sql`` : sql`AND r.workflow_id = ${filter.workflowId}`}
  ${filter.version === undefined ? sql`` : sql`AND r.version_id IN (SELECT id FROM workflow_versions WHERE workflow_id = r.workflow_id AND number = ${filter.version})`}
  ${filter.trigger === undefined ? sql`` : sql`AND r.trigger = ${filter.trigger}`}
  ${filter.errorCode === undefined ? sql`` : sql`AND r.error ->> 'code' = ${filter.errorCode}`}
  ${filter.error === undefined ? sql`` : sql`AND position(lower(${filter.error}) IN lower(concat_ws(' ', r.error ->> 'code', r.error ->> 'message'))) > 0`}
  ${filter.createdFrom === undefined ? sql`` : sql`AND r.created_at >= ${filter.createdFrom}::timestamptz`}
  ${filter.createdTo === undefined ? sql`` : sql`AND r.created_at < ${filter.createdTo}::timestamptz`}
  ${filter.minDurationMs === undefined ? sql`` : sql`AND extract(epoch FROM coalesce(r.finished_at, clock_timestamp()) - r.started_at) * 1000 >= ${filter.minDurationMs}`}
  ${testsFilter(sql, filter)}
  ${filter.runIds === undefined ? sql`` : sql`AND r.id = ANY (${[...filter.runIds]}::uuid[])`}`

const summaryTables = (sql: Sql) => sql`
  runs r JOIN workflows w ON w.id = r.workflow_id JOIN workflow_versions v ON v.id = r.version_id`

const summaryColumns = (sql: Sql) => sql`
  r.id, r.workflow_id, w.name AS workflow_name, v.number AS version, r.status, r.trigger, r.priority,
  (extract(epoch FROM r.created_at) * 1000)::float8 AS created_ms,
  (extract(epoch FROM r.started_at) * 1000)::float8 AS started_ms,
  (extract(epoch FROM r.finished_at) * 1000)::float8 AS finished_ms, r.last_seq, r.error`

const toSummary = (row: SummaryRow): RunSummary => ({
  id: row.id,
  workflowId: row.workflow_id,
  workflowName: row.workflow_name,
  version: row.version,
  status: row.status,
  trigger: row.trigger,
  priority: toPriority(row.priority),
  createdAt: toIso(row.created_ms),
  startedAt: row.started_ms === null ? null : toIso(row.started_ms),
  finishedAt: row.finished_ms === null ? null : toIso(row.finished_ms),
  lastSeq: row.last_seq,
  error: row.error,
})

/** Priorities are stored as their place in the contract's list, 0 the most urgent. */
export const toPriority = (rank: number): Priority => priorities.options[rank] ?? 'normal'

export const toIso = (ms: number): string => new Date(ms).toISOString()
