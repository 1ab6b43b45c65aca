import type { Workflow, WorkflowSummary } from '@millrace/contracts'
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

export const toSummary = (row: SummaryRow): WorkflowSummary => ({
  ...row,
  createdAt: new Date(row.createdAt).toISOString(),
  updatedAt: new Date(row.updatedAt).toISOString(),
})

export const toWorkflow = (row: SummaryRow & Pick<Workflow, 'draft'>): Workflow => ({
  ...toSummary(row),
  draft: row.draft,
})
