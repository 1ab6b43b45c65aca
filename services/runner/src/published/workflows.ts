import { MillraceError } from '@millrace/contracts'
import type { Sql } from '@millrace/db'

/** Workflows by id or name. Every look-up names the workspace (I9). */

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const idOf = (ref: string): string | null => (UUID.test(ref) ? ref : null)

/** A name may look like an id: then the id wins. */
const matching = (sql: Sql, workspaceId: string, ref: string) => sql`
  w.workspace_id = ${workspaceId} AND w.archived_at IS NULL AND (w.id = ${idOf(ref)}::uuid OR w.name = ${ref})
  ORDER BY w.id = ${idOf(ref)}::uuid DESC NULLS LAST LIMIT 1`

/** Of a workflow that is not deleted. */
export const findWorkflowId = async (sql: Sql, workspaceId: string, ref: string): Promise<string | null> => {
  const [found] = await sql<{ id: string }[]>`
    SELECT w.id FROM workflows w WHERE ${matching(sql, workspaceId, ref)}`
  return found?.id ?? null
}

/**
 * Whose runs are meant: also of a deleted workflow, since its runs stay. Of several that have had a name, the one that
 * has it now, else the one deleted last.
 */
export const findWorkflowOfRuns = async (
  sql: Sql,
  workspaceId: string,
  ref: string,
): Promise<string | null> => {
  const [found] = await sql<{ id: string }[]>`
    SELECT w.id FROM workflows w
    WHERE w.workspace_id = ${workspaceId} AND (w.id = ${idOf(ref)}::uuid OR w.name = ${ref})
    ORDER BY w.id = ${idOf(ref)}::uuid DESC NULLS LAST, w.archived_at DESC NULLS FIRST LIMIT 1`
  return found?.id ?? null
}

/** Nothing new starts of a deleted workflow. @throws WORKFLOW_DELETED */
export const refuseDeleted = async (sql: Sql, workflowId: string): Promise<void> => {
  const [deleted] = await sql`SELECT FROM workflows WHERE id = ${workflowId} AND archived_at IS NOT NULL`
  if (deleted !== undefined) throw new MillraceError('WORKFLOW_DELETED')
}

/**
 * The version of a workflow that a new run gets: the one asked for, else the published one. Always read from the
 * database: who has just published expects to run just that.
 * @param ref id or name of the workflow
 * @throws NOT_FOUND, NOT_PUBLISHED
 */
export const resolveVersion = async (
  sql: Sql,
  workspaceId: string,
  ref: string,
  version: number | undefined,
): Promise<string> => {
  const [found] = await sql<{ version_id: string | null }[]>`
    SELECT v.id AS version_id
    FROM workflows w
    LEFT JOIN workflow_versions v
      ON v.workflow_id = w.id AND v.number = coalesce(${version ?? null}::int, w.published_version)
    WHERE ${matching(sql, workspaceId, ref)}`
  if (found === undefined) throw new MillraceError('NOT_FOUND', 'There is no such workflow')
  if (found.version_id !== null) return found.version_id
  if (version === undefined) throw new MillraceError('NOT_PUBLISHED')
  throw new MillraceError('NOT_FOUND', `The workflow has no version ${version}`)
}
