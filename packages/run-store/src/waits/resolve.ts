import { type Json, stringifyJson, type WaitResult } from '@millrace/contracts'
import type { Sql } from '@millrace/db'

/**
 * Ends of waits. Each is a compare-and-set on the wait's row, and the message to its run is written in the same
 * transaction (D14, D3): of all who try, one succeeds, and its run hears of it even if its process dies at once.
 */

export type ResumeResult =
  /** Ring for the run. */
  | 'resumed'
  /** The run has not come to this wait yet: it will not wait. */
  | 'early'
  | 'already_resolved'
  | 'run_finished'
  | 'not_found'

/** A call of the resume URL of the step at `path`. */
export const resumeWait = async (
  sql: Sql,
  runId: string,
  path: string,
  payload: Json,
): Promise<ResumeResult> => {
  const result: WaitResult = { kind: 'completed', output: payload }
  const [row] = await sql<{ outcome: ResumeResult }[]>`
    SELECT resume_wait(${runId}, ${path}, ${stringifyJson(result)}::text::json) AS outcome`
  return row?.outcome ?? 'not_found'
}

/**
 * Ends one wait, if nobody has.
 * @param by who does: shown to those who come too late.
 * @returns the run to ring for; undefined when the wait has ended before.
 */
export const resolveWait = async (
  sql: Sql,
  workspaceId: string,
  id: string,
  by: string,
  result: WaitResult,
): Promise<string | undefined> => {
  const [row] = await sql<{ run_id: string }[]>`
    WITH ended AS (
      UPDATE waits SET resolved_at = clock_timestamp(), resolved_by = ${by},
        resolution = ${stringifyJson(result)}::text::json
      WHERE id = ${id} AND workspace_id = ${workspaceId} AND resolved_by IS NULL
      RETURNING *
    )
    INSERT INTO run_inbox (workspace_id, run_id, message)
    SELECT workspace_id, run_id, resolution_message(path, attempt, resolution) FROM ended
    RETURNING run_id`
  return row?.run_id
}

/**
 * Ends the waits whose deadline has passed, or asks those they escalate to. Any number of schedulers may call it: each
 * wait is one caller's.
 * @returns the runs to ring for.
 */
export const dueWaits = async (sql: Sql, limit: number): Promise<string[]> => {
  const rows = await sql<{ run_id: string }[]>`
    WITH due AS (
      SELECT id, details -> 'escalation' AS escalation FROM waits
      WHERE deadline <= clock_timestamp() AND resolved_by IS NULL
      ORDER BY deadline LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), ended AS (
      UPDATE waits w SET resolved_at = clock_timestamp(), resolved_by = 'deadline', resolution = on_timeout
      FROM due WHERE w.id = due.id AND due.escalation IS NULL
      RETURNING w.*
    ), escalated AS (
      UPDATE waits w SET
        deadline = clock_timestamp() + (due.escalation ->> 'timeoutMs')::float8 * interval '1 ms',
        on_timeout = due.escalation -> 'onTimeout',
        details = (w.details - 'escalation')
          || jsonb_build_object('escalated', true, 'assignees', due.escalation -> 'wait' -> 'assignees')
      FROM due WHERE w.id = due.id AND due.escalation IS NOT NULL
      RETURNING w.*, due.escalation -> 'wait' AS wait
    ), orphaned AS (
      SELECT r.workspace_id, r.id FROM ended JOIN runs r ON r.id = CASE ended.kind WHEN 'child' THEN ended.name::uuid END
      WHERE ended.kind = 'child' AND r.status IN ('pending', 'running', 'waiting', 'paused')
    )
    INSERT INTO run_inbox (workspace_id, run_id, message)
    SELECT workspace_id, run_id, resolution_message(path, attempt, resolution) FROM ended
    UNION ALL
    SELECT workspace_id, id, json_build_object('kind', 'cancel', 'reason', 'nobody waits for it any more')
    FROM orphaned
    UNION ALL
    SELECT workspace_id, run_id, json_build_object('kind', 'wait_escalated', 'path', path, 'attempt', attempt,
      'wait', wait || jsonb_strip_nulls(jsonb_build_object('dueAt', extract(epoch FROM deadline) * 1000)))
    FROM escalated
    RETURNING run_id`
  return [...new Set(rows.map((row) => row.run_id))]
}
