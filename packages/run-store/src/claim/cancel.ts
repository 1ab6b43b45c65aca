import { type Sql, uuidv7 } from '@millrace/db'
import type { ClaimedRun } from '../types.js'
import { assembleRuns, type ClaimRow } from './assemble.js'

/**
 * Takes the epoch of a run to cancel it, even from a live owner, whose next write is then fenced (D15, I3). The run
 * is left without an owner: should this process die before its flush, the cancel in the inbox wakes it again (D4).
 * @returns null when the run is finished, not in this workspace (I9), or taken by another since, who finds the message.
 */
export const claimForCancel = async (
  sql: Sql,
  runId: string,
  workspaceId: string,
): Promise<ClaimedRun | null> => {
  const rows = await sql<ClaimRow[]>`
    UPDATE runs r SET epoch = epoch + 1, worker_id = NULL, claim_token = ${uuidv7()}
    WHERE id = ${runId} AND workspace_id = ${workspaceId}
      AND status IN ('pending', 'running', 'waiting', 'paused')
    RETURNING id, workspace_id, workflow_id, version_id, status, trigger, input, epoch, last_seq, crash_count,
      origin_run_id, parent_run_id, NULL AS seed, (extract(epoch FROM created_at) * 1000)::float8 AS created_at,
      (extract(epoch FROM started_at) * 1000)::float8 AS started_at, true AS has_inbox,
      (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`
  const runs = await assembleRuns(sql, rows)
  return runs.get(runId) ?? null
}
