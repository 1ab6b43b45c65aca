import type { RunStatus, Workflow, WorkflowListItem, WorkflowSummary } from '@millrace/contracts'
import type postgres from 'postgres'

/** Times are milliseconds since the epoch. */
export interface SummaryRow {
  id: string
  name: string
  description: string
  draftRevision: number
  publishedVersion: number | null
  draftAhead: boolean
  triggers: string[]
  createdAt: number
  updatedAt: number
}

/** Needs `workflows w` and `workflow_versions published` in the statement: see `summarySource`. */
export const summaryColumns = (sql: postgres.ISql) => sql`
  w.id, w.name, w.description, w.draft_revision AS "draftRevision", w.published_version AS "publishedVersion",
  published.content_hash IS DISTINCT FROM w.draft_hash AS "draftAhead",
  jsonb_path_query_array(w.draft, '$.nodes[*].type ? (@ starts with "trigger.")') AS triggers,
  extract(epoch FROM w.created_at)::float8 * 1000 AS "createdAt",
  extract(epoch FROM w.updated_at)::float8 * 1000 AS "updatedAt"`

export const summarySource = (sql: postgres.ISql) => sql`
  workflows w LEFT JOIN workflow_versions published
    ON published.workflow_id = w.id AND published.number = w.published_version`

const toSummary = (row: SummaryRow): WorkflowSummary => ({
  ...row,
  createdAt: new Date(row.createdAt).toISOString(),
  updatedAt: new Date(row.updatedAt).toISOString(),
})

export const toWorkflow = (row: SummaryRow & Pick<Workflow, 'draft'>): Workflow => ({
  ...toSummary(row),
  draft: row.draft,
})

export interface ListRow extends SummaryRow {
  nodeTypes: string[]
  recentRuns: { id: string; status: RunStatus; createdAt: number; durationMs: number | null }[]
  nextRunAt: number | null
}

const RECENT_RUNS = 20

/**
 * Beside the summary's columns, of `workflows w`. Test runs do not count. Each part is a few short index scans a workflow;
 * of runs that have not ended, the newest of the workspace are looked through.
 */
export const listColumns = (sql: postgres.ISql) => sql`
  ARRAY(SELECT DISTINCT node ->> 'type' FROM jsonb_path_query(w.draft, '$.nodes[*]') node
    WHERE node ->> 'type' IS NOT NULL ORDER BY 1) AS "nodeTypes",
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'status', r.status,
      'createdAt', extract(epoch FROM r.created_at)::float8 * 1000,
      'durationMs', extract(epoch FROM r.finished_at - r.started_at)::float8 * 1000) ORDER BY r.created_at DESC), '[]')
    FROM (SELECT * FROM (${endedRuns(sql)} UNION ALL SELECT * FROM live WHERE live.workflow_id = w.id) r
      ORDER BY created_at DESC LIMIT ${RECENT_RUNS}) r) AS "recentRuns",
  (SELECT extract(epoch FROM min(next_at))::float8 * 1000 FROM schedules WHERE workflow_id = w.id) AS "nextRunAt"`

const RECENT_COLUMNS = 'r.id, r.workflow_id, r.status, r.created_at, r.started_at, r.finished_at'
/** A look-up a row: no plan reads all versions for a few runs. */
const IS_NO_TEST = '(SELECT number FROM workflow_versions WHERE id = r.version_id) IS NOT NULL'

const endedRuns = (sql: postgres.ISql) => sql`
  SELECT ended.* FROM unnest(ARRAY['completed', 'failed', 'cancelled']) AS ends (status), LATERAL (
    SELECT ${sql.unsafe(RECENT_COLUMNS)} FROM runs r
    WHERE r.workflow_id = w.id AND r.status = ends.status AND r.status IN ('completed', 'failed', 'cancelled')
      AND ${sql.unsafe(IS_NO_TEST)}
    ORDER BY r.created_at DESC LIMIT ${RECENT_RUNS}) AS ended`

const LIVE_RUNS = 5_000

/** The newest runs of a workspace that have not ended, as `live` of a statement that has `listColumns`. */
export const liveRuns = (sql: postgres.ISql, workspaceId: string) => sql`
  live AS MATERIALIZED (
    SELECT newest.* FROM unnest(ARRAY['pending', 'running', 'waiting', 'paused']) AS states (status), LATERAL (
      SELECT ${sql.unsafe(RECENT_COLUMNS)} FROM runs r
      WHERE r.workspace_id = ${workspaceId} AND r.status = states.status
        AND r.status IN ('pending', 'running', 'waiting', 'paused') AND ${sql.unsafe(IS_NO_TEST)}
      ORDER BY r.created_at DESC LIMIT ${LIVE_RUNS}) AS newest
  )`

export const toListItem = (row: ListRow): WorkflowListItem => ({
  ...toSummary(row),
  nodeTypes: row.nodeTypes,
  recentRuns: row.recentRuns.map((run) => ({ ...run, createdAt: new Date(run.createdAt).toISOString() })),
  nextRunAt: row.nextRunAt === null ? null : new Date(row.nextRunAt).toISOString(),
})
