import type { RunEvent } from '@millrace/contracts'
import type { Sql } from '@millrace/db'

/** Events after `afterSeq`, in order, at most `limit`. Empty for a run of another workspace (I9). */
export const readEvents = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
  afterSeq: number,
  limit: number,
): Promise<RunEvent[]> => {
  const rows = await sql<{ event: RunEvent }[]>`
    SELECT event FROM run_events
    WHERE run_id = ${runId} AND workspace_id = ${workspaceId} AND seq > ${afterSeq} ORDER BY seq LIMIT ${limit}`
  return rows.map((row) => row.event)
}

/** How far each run has come, in one statement for all of a process's viewers (D16). Unknown runs are left out. */
export const lastSeqs = async (sql: Sql, runIds: readonly string[]): Promise<Map<string, number>> => {
  const rows = await sql<{ id: string; last_seq: number }[]>`
    SELECT id, last_seq FROM runs WHERE id = ANY (${runIds}::uuid[])`
  return new Map(rows.map((row) => [row.id, row.last_seq]))
}
