import type { DeadLetter, DeadLetterGroup } from '@millrace/contracts'
import type { Sql } from '@millrace/db'

/** Dead letters nobody has dealt with, and what is decided about them. Every query names the workspace (I9). */

/** Groups listed, and letters of one group listed or dealt with at once. */
const MAX_GROUPS = 200
const MAX_LETTERS = 100

interface GroupRow extends Omit<DeadLetterGroup, 'firstAt' | 'lastAt'> {
  readonly first_ms: number
  readonly last_ms: number
}

/** The groups, the one that grew last first. */
export const readGroups = async (
  sql: Sql,
  workspaceId: string,
  fingerprint: string | null,
): Promise<DeadLetterGroup[]> => {
  const rows = await sql<GroupRow[]>`
    SELECT fingerprint, code, (array_agg(message ORDER BY id DESC))[1] AS message, workflow_id AS "workflowId",
      workflow_name AS "workflowName", version, step, count(*)::int AS count, min(failed_ms) AS first_ms,
      max(failed_ms) AS last_ms
    FROM (${openLetters(sql, workspaceId, fingerprint)}) letter
    GROUP BY fingerprint, code, workflow_id, workflow_name, version, step
    ORDER BY max(failed_ms) DESC LIMIT ${MAX_GROUPS}`
  return rows.map(({ first_ms, last_ms, ...group }) => ({
    ...group,
    firstAt: new Date(first_ms).toISOString(),
    lastAt: new Date(last_ms).toISOString(),
  }))
}

/** The letters of one group, the latest first. */
export const readLetters = async (
  sql: Sql,
  workspaceId: string,
  fingerprint: string,
): Promise<DeadLetter[]> => {
  const rows = await sql<{ id: string; message: string; failed_ms: number }[]>`
    SELECT id, message, failed_ms FROM (${openLetters(sql, workspaceId, fingerprint)}) letter
    ORDER BY id DESC LIMIT ${MAX_LETTERS}`
  return rows.map(({ id, message, failed_ms }) => ({
    runId: id,
    message,
    failedAt: new Date(failed_ms).toISOString(),
  }))
}

/** @returns how many were discarded: all of the group that nobody had dealt with. */
export const discardGroup = async (
  sql: Sql,
  workspaceId: string,
  fingerprint: string,
  by: string,
  reason: string,
): Promise<number> => {
  const discarded = await sql`
    INSERT INTO dead_letter_decisions (run_id, workspace_id, decision, decided_by, reason)
    SELECT id, ${workspaceId}, 'discarded', ${by}, ${reason}
    FROM (${openLetters(sql, workspaceId, fingerprint)}) letter
    ON CONFLICT DO NOTHING`
  return discarded.count
}

/** Notes the run that took a letter's place. */
export const markRedriven = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
  by: string,
  newRunId: string,
): Promise<void> => {
  await sql`
    INSERT INTO dead_letter_decisions (run_id, workspace_id, decision, decided_by, new_run_id)
    VALUES (${runId}, ${workspaceId}, 'redriven', ${by}, ${newRunId}) ON CONFLICT DO NOTHING`
}

/** The fingerprints are written with the ends of the runs: see `dead_letters` of the migrations. */
const openLetters = (sql: Sql, workspaceId: string, fingerprint: string | null) => sql`
  SELECT r.id, r.error ->> 'code' AS code, r.error ->> 'message' AS message, r.workflow_id, w.name AS workflow_name,
    v.number AS version, l.step, l.fingerprint, (extract(epoch FROM r.finished_at) * 1000)::float8 AS failed_ms
  FROM dead_letters l JOIN runs r ON r.id = l.run_id JOIN workflows w ON w.id = r.workflow_id
    JOIN workflow_versions v ON v.id = r.version_id
  WHERE l.workspace_id = ${workspaceId} ${fingerprint === null ? sql`` : sql`AND l.fingerprint = ${fingerprint}`}
    AND NOT EXISTS (SELECT FROM dead_letter_decisions d WHERE d.run_id = r.id)`
