import { definition, MillraceError, type Version, type VersionWithDefinition } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import type postgres from 'postgres'
import { whereWorkflow, workflowNotFound } from '../workflows/repository.js'

/** Reads versions, which nothing ever changes. */

interface VersionRow {
  id: string
  workflowId: string
  number: number
  contentHash: string
  message: string | null
  /** Milliseconds since the epoch. */
  createdAt: number
  createdBy: string | null
}

const columns = (sql: postgres.ISql) => sql`
  v.id, v.workflow_id AS "workflowId", v.number, v.content_hash AS "contentHash", v.message,
  extract(epoch FROM v.created_at)::float8 * 1000 AS "createdAt",
  (SELECT email FROM users WHERE users.id = v.created_by) AS "createdBy"`

const toVersion = (row: VersionRow): Version => ({
  id: row.id,
  workflowId: row.workflowId,
  number: row.number,
  contentHash: row.contentHash,
  message: row.message,
  createdAt: new Date(row.createdAt).toISOString(),
  createdBy: row.createdBy,
})

/** Undefined when the workflow has no such version. The caller has found the workflow in its workspace. */
export const findVersion = async (
  sql: postgres.ISql,
  workflowId: string,
  number: number,
): Promise<Version | undefined> => {
  const [row] = await sql<VersionRow[]>`
    SELECT ${columns(sql)} FROM workflow_versions v WHERE v.workflow_id = ${workflowId} AND v.number = ${number}`
  return row === undefined ? undefined : toVersion(row)
}

/** Newest first, one more than asked for when there are more. Throws NOT_FOUND. */
export const listVersions = async (
  sql: Sql,
  workspaceId: string,
  ref: string,
  { before, limit }: { readonly before: number | undefined; readonly limit: number },
): Promise<Version[]> => {
  const [workflow] = await sql<{ id: string }[]>`
    SELECT w.id FROM workflows w WHERE ${whereWorkflow(sql, workspaceId, ref)} LIMIT 1`
  if (workflow === undefined) throw workflowNotFound(ref)
  const rows = await sql<VersionRow[]>`
    SELECT ${columns(sql)} FROM workflow_versions v
    WHERE v.workflow_id = ${workflow.id} AND v.number IS NOT NULL ${before === undefined ? sql`` : sql`AND v.number < ${before}`}
    ORDER BY v.number DESC LIMIT ${limit + 1}`
  return rows.map(toVersion)
}

/** Throws NOT_FOUND. */
export const getVersion = async (
  sql: Sql,
  workspaceId: string,
  ref: string,
  number: number,
): Promise<VersionWithDefinition> => {
  const [row] = await sql<(VersionRow & { definition: unknown })[]>`
    SELECT ${columns(sql)}, v.definition_text AS definition FROM workflow_versions v JOIN workflows w ON w.id = v.workflow_id
    WHERE ${whereWorkflow(sql, workspaceId, ref)} AND v.number = ${number}`
  if (row === undefined)
    throw new MillraceError('NOT_FOUND', `There is no version ${number} of workflow ${ref}`)
  return { ...toVersion(row), definition: definition.parse(row.definition) }
}
