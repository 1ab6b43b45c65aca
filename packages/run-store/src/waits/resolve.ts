import type { Json, WaitResult } from '@millrace/contracts'
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
    SELECT resume_wait(${runId}, ${path}, ${JSON.stringify(result)}::text::jsonb) AS outcome`
  return row?.outcome ?? 'not_found'
}

/**
 * Ends the waits whose deadline has passed. Any number of schedulers may call it: each wait is one caller's.
 * @returns the runs to ring for.
 */
export const dueWaits = async (sql: Sql, limit: number): Promise<string[]> => {
  const rows = await sql<{ run_id: string }[]>`
    WITH due AS (
      SELECT id FROM waits WHERE deadline <= clock_timestamp() AND resolved_by IS NULL
      ORDER BY deadline LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), ended AS (
      UPDATE waits w SET resolved_at = clock_timestamp(), resolved_by = 'deadline', resolution = on_timeout
      FROM due WHERE w.id = due.id AND w.resolved_by IS NULL
      RETURNING w.*
    )
    INSERT INTO run_inbox (workspace_id, run_id, message)
    SELECT workspace_id, run_id, wait_message(path, attempt, resolution) FROM ended
    RETURNING run_id`
  return [...new Set(rows.map((row) => row.run_id))]
}
