import type { WebhookAddress } from '@millrace/contracts'
import type postgres from 'postgres'

interface WebhookRow {
  readonly workflowId: string
  readonly node: string
  readonly method: string
  readonly slug: string
  readonly path: string
}

/** Where the published webhooks of a workspace, or of one of its workflows, are called. In the order of their paths. */
export const listWebhooks = async (
  sql: postgres.ISql,
  workspaceId: string,
  { workflowId, publicUrl }: { readonly workflowId?: string; readonly publicUrl: string },
): Promise<WebhookAddress[]> => {
  const rows = await sql<WebhookRow[]>`
    SELECT h.workflow_id AS "workflowId", h.node_id AS node, h.method, w.slug, h.path
    FROM webhooks h JOIN workspaces w ON w.id = h.workspace_id
    WHERE h.workspace_id = ${workspaceId} ${workflowId === undefined ? sql`` : sql`AND h.workflow_id = ${workflowId}`}
    ORDER BY h.path, h.method`
  const base = publicUrl.replace(/\/+$/, '')
  return rows.map(({ slug, path, ...row }) => ({ ...row, url: `${base}/hooks/${slug}/${path}` }))
}
