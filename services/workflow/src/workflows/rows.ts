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

/** Beside the summary's columns, of `workflows w`. Test runs do not count. Each part is one short index scan a workflow. */
export const listColumns = (sql: postgres.ISql) => sql`
  ARRAY(SELECT DISTINCT node ->> 'type' FROM jsonb_path_query(w.draft, '$.nodes[*]') node
    WHERE node ->> 'type' IS NOT NULL ORDER BY 1) AS "nodeTypes",
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'status', r.status,
      'createdAt', extract(epoch FROM r.created_at)::float8 * 1000,
      'durationMs', extract(epoch FROM r.finished_at - r.started_at)::float8 * 1000) ORDER BY r.id DESC), '[]')
    FROM (SELECT r.* FROM runs r JOIN workflow_versions v ON v.id = r.version_id AND v.number IS NOT NULL
      WHERE r.workflow_id = w.id ORDER BY r.id DESC LIMIT ${RECENT_RUNS}) r) AS "recentRuns",
  (SELECT extract(epoch FROM min(next_at))::float8 * 1000 FROM schedules WHERE workflow_id = w.id) AS "nextRunAt"`

export const toListItem = (row: ListRow): WorkflowListItem => ({
  ...toSummary(row),
  nodeTypes: row.nodeTypes,
  recentRuns: row.recentRuns.map((run) => ({ ...run, createdAt: new Date(run.createdAt).toISOString() })),
  nextRunAt: row.nextRunAt === null ? null : new Date(row.nextRunAt).toISOString(),
})
