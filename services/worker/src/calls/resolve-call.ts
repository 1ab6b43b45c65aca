import { MillraceError } from '@millrace/contracts'
import type { Sql } from '@millrace/db'

/** Runs may call runs this deep. */
const MAX_DEPTH = 32

/** What a call runs. */
export interface CallTarget {
  readonly workflowId: string
  readonly versionId: string
  /** Id of its call trigger. */
  readonly trigger: string
}

/**
 * Looks up what a step of this run calls, in its own workspace (I9).
 * @param workflow name or id
 * @throws NOT_FOUND, NOT_PUBLISHED, NO_SUCH_TRIGGER, CALL_TOO_DEEP
 */
export const callResolver =
  (sql: Sql) =>
  async (
    run: { readonly id: string; readonly workspaceId: string; readonly parentRunId: string | null },
    workflow: string,
    version: number | undefined,
  ): Promise<CallTarget> => {
    if (run.parentRunId !== null && (await depthOf(sql, run.id)) >= MAX_DEPTH)
      throw new MillraceError('CALL_TOO_DEEP')
    const [row] = await sql<{ workflowId: string; versionId: string | null; trigger: string | null }[]>`
      SELECT w.id AS "workflowId", v.id AS "versionId", (
        SELECT n ->> 'id' FROM jsonb_array_elements(v.definition -> 'nodes') n
        WHERE n ->> 'type' = 'trigger.call' LIMIT 1) AS trigger
      FROM workflows w LEFT JOIN workflow_versions v
        ON v.workflow_id = w.id AND v.number = coalesce(${version ?? null}::int, w.published_version)
      WHERE w.workspace_id = ${run.workspaceId} AND w.archived_at IS NULL
        AND (w.id::text = ${workflow} OR w.name = ${workflow})
      ORDER BY w.id::text = ${workflow} DESC LIMIT 1`
    if (row === undefined) throw new MillraceError('NOT_FOUND', `There is no workflow ${workflow}`)
    const { workflowId, versionId, trigger } = row
    if (versionId === null)
      throw new MillraceError('NOT_PUBLISHED', `${workflow} has no such published version`)
    if (trigger === null) throw new MillraceError('NO_SUCH_TRIGGER', `${workflow} has no trigger.call`)
    return { workflowId, versionId, trigger }
  }

const depthOf = async (sql: Sql, runId: string): Promise<number> => {
  const [row] = await sql<{ depth: number }[]>`
    WITH RECURSIVE ancestors AS (
      SELECT parent_run_id AS id, 1 AS depth FROM runs WHERE id = ${runId} AND parent_run_id IS NOT NULL
      UNION ALL
      SELECT r.parent_run_id, a.depth + 1 FROM ancestors a JOIN runs r ON r.id = a.id
      WHERE r.parent_run_id IS NOT NULL AND a.depth < ${MAX_DEPTH}
    )
    SELECT coalesce(max(depth), 0) AS depth FROM ancestors`
  return row?.depth ?? 0
}
