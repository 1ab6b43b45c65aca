import type { Approval, ApprovalDetails, Json, Role } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { toIso } from '../read/summary.js'

/** Approvals as the API shows them. Every query names the workspace (I9). */

/** Whose list it is. */
export interface Approver {
  readonly email: string
  readonly role: Role
  /** May decide what names nobody. */
  readonly operates: boolean
}

export interface ApprovalPage {
  readonly items: readonly Approval[]
  readonly nextCursor: string | null
}

/** What deciding needs to know, besides what is shown. */
export interface OpenApproval {
  readonly approval: Approval
  readonly input: Json
  readonly startedById: string | null
}

interface ApprovalRow {
  readonly id: string
  readonly run_id: string
  readonly path: string
  readonly details: ApprovalDetails
  readonly workflow_id: string
  readonly workflow_name: string
  readonly created_ms: number
  readonly deadline_ms: number | null
  readonly started_by: string | null
  readonly started_by_email: string | null
  readonly resolved_by: string | null
  readonly resolved_ms: number | null
}

/**
 * Approvals that nobody has decided, by id.
 * @param mine only those that this one is asked for; undefined: all.
 */
export const listApprovals = async (
  sql: Sql,
  workspaceId: string,
  mine: Approver | undefined,
  afterId: string | null,
  limit: number,
): Promise<ApprovalPage> => {
  const rows = await sql<ApprovalRow[]>`
    SELECT ${columns(sql)} FROM ${tables(sql)}
    WHERE w.workspace_id = ${workspaceId} AND w.kind = 'approval' AND w.resolved_by IS NULL
      ${afterId === null ? sql`` : sql`AND w.id > ${afterId}`}
      ${mine === undefined ? sql`` : sql`AND ${isAsked(sql, mine)}`}
    ORDER BY w.id LIMIT ${limit + 1}`
  const items = rows.slice(0, limit).map(toApproval)
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

/** Null when there is none in this workspace. */
export const getApproval = async (
  sql: Sql,
  workspaceId: string,
  id: string,
): Promise<OpenApproval | null> => {
  const [row] = await sql<(ApprovalRow & { input: Json })[]>`
    SELECT ${columns(sql)}, r.input FROM ${tables(sql)}
    WHERE w.workspace_id = ${workspaceId} AND w.kind = 'approval' AND w.id = ${id}`
  if (row === undefined) return null
  return { approval: toApproval(row), input: row.input, startedById: row.started_by }
}

const isAsked = (sql: Sql, { email, role, operates }: Approver) => sql`(
  w.details -> 'assignees' -> 'users' ? ${email} OR w.details -> 'assignees' -> 'roles' ? ${role}
  OR (${operates} AND w.details -> 'assignees' = '{"users": [], "roles": []}'::jsonb))`

const tables = (sql: Sql) => sql`
  waits w JOIN runs r ON r.id = w.run_id JOIN workflows f ON f.id = r.workflow_id
  LEFT JOIN users u ON u.id = r.started_by`

const columns = (sql: Sql) => sql`
  w.id, w.run_id, w.path, w.details, r.workflow_id, f.name AS workflow_name, r.started_by, u.email AS started_by_email,
  (extract(epoch FROM w.created_at) * 1000)::float8 AS created_ms,
  (extract(epoch FROM w.deadline) * 1000)::float8 AS deadline_ms,
  w.resolved_by, (extract(epoch FROM w.resolved_at) * 1000)::float8 AS resolved_ms`

const toApproval = (row: ApprovalRow): Approval => {
  const { escalation: _, ...details } = row.details
  return {
    ...details,
    id: row.id,
    runId: row.run_id,
    path: row.path,
    workflowId: row.workflow_id,
    workflowName: row.workflow_name,
    createdAt: toIso(row.created_ms),
    deadline: row.deadline_ms === null ? null : toIso(row.deadline_ms),
    startedBy: row.started_by_email,
    ...(row.resolved_by !== null &&
      row.resolved_ms !== null && { decision: { by: row.resolved_by, at: toIso(row.resolved_ms) } }),
  }
}
