import type { Sql } from '@millrace/db'

/** A run that was called, at any depth; `path` is that of the step, in the run asked about, which leads to it. */
export interface CalledRunRow {
  readonly id: string
  readonly versionId: string
  readonly path: string
}

/** The runs that steps of this run have called, and those which these have. Names the workspace (I9). */
export const getCalledRuns = async (sql: Sql, workspaceId: string, runId: string): Promise<CalledRunRow[]> =>
  await sql<CalledRunRow[]>`
  WITH RECURSIVE called AS (
    SELECT id, version_id, parent_path AS path FROM runs
    WHERE parent_run_id = ${runId} AND parent_path IS NOT NULL AND workspace_id = ${workspaceId}
    UNION ALL
    SELECT r.id, r.version_id, c.path FROM called c JOIN runs r ON r.parent_run_id = c.id AND r.parent_path IS NOT NULL
  )
  SELECT id, version_id AS "versionId", path FROM called`

/** Those of the runs in which a step at one of `writes` succeeded, or one at `guarded` was begun and did not. */
export const findWritten = async (
  sql: Sql,
  workspaceId: string,
  runIds: readonly string[],
  writes: readonly string[],
  guarded: readonly string[],
): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    SELECT DISTINCT run_id AS id FROM (
      SELECT run_id, regexp_replace(event ->> 'path', '^.*\\.', '') AS node,
        bool_or(event ->> 'type' = 'step_succeeded') AS done
      FROM run_events
      WHERE run_id = ANY (${runIds}::uuid[]) AND workspace_id = ${workspaceId}
        AND event ->> 'type' IN ('step_started', 'step_succeeded')
        AND regexp_replace(event ->> 'path', '^.*\\.', '') = ANY (${writes})
      GROUP BY run_id, event ->> 'path'
    ) steps WHERE done OR node = ANY (${guarded})`
  return rows.map(({ id }) => id)
}
