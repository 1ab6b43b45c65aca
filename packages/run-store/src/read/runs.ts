import type { Definition, Json, Run } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { SUMMARY_COLUMNS, type SummaryRow, toIso, toSummary } from './summary.js'

/** Runs as the API shows them. Every query names the workspace (I9). */

interface RunRow extends SummaryRow {
  readonly input: Json
  readonly output: Json | null
  readonly idempotency_key: string | null
  readonly parent_run_id: string | null
  readonly origin_run_id: string | null
  readonly blocked: NonNullable<Run['blocked']> | null
  /** Milliseconds since the epoch. */
  readonly held_until: number | null
}

export const getRun = async (sql: Sql, workspaceId: string, runId: string): Promise<Run | null> => {
  const [row] = await sql<RunRow[]>`
    SELECT ${sql.unsafe(SUMMARY_COLUMNS)}, r.input, r.output, r.idempotency_key, r.parent_run_id, r.origin_run_id, (
      SELECT jsonb_build_object('key', s.key, 'limit', concurrency_limit(s.workflow_id, s.key), 'ahead', (
        SELECT count(*) FROM concurrency_slots o
        WHERE o.workflow_id = s.workflow_id AND o.key = s.key AND o.state = 'blocked' AND o.position < s.position))
      FROM concurrency_slots s WHERE s.run_id = r.id AND s.state = 'blocked') AS blocked, (
      SELECT (extract(epoch FROM h.due_at) * 1000)::float8 FROM held_starts h
      WHERE h.run_id = r.id AND r.status = 'pending') AS held_until
    FROM runs r JOIN workflows w ON w.id = r.workflow_id JOIN workflow_versions v ON v.id = r.version_id
    WHERE r.workspace_id = ${workspaceId} AND r.id = ${runId}`
  if (row === undefined) return null
  return {
    ...toSummary(row),
    input: row.input,
    output: row.output,
    idempotencyKey: row.idempotency_key,
    parentRunId: row.parent_run_id,
    originRunId: row.origin_run_id,
    ...(row.blocked === null ? {} : { blocked: row.blocked }),
    ...(row.held_until === null ? {} : { heldUntil: toIso(row.held_until) }),
  }
}

/** What the run is pinned to. */
export const getDefinition = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
): Promise<Definition | null> => {
  const [row] = await sql<{ definition: Definition }[]>`
    SELECT v.definition_text AS definition FROM runs r JOIN workflow_versions v ON v.id = r.version_id
    WHERE r.workspace_id = ${workspaceId} AND r.id = ${runId}`
  return row?.definition ?? null
}
