import { type Sql, uuidv7 } from '@millrace/db'
import { whileUnreachable } from '../batch/retry.js'
import type { ClaimedRun } from '../types.js'
import { assembleRuns, type ClaimRow } from './assemble.js'

/**
 * Takes a run from one certain owner, whether its lease is good or not: handed over by a process of ours, or left by
 * one that we have seen die (D13). No crash is counted: the caller knows what happened. An owner that has said goodbye
 * is no owner any more, and did not die: what it left behind is anybody's.
 * @returns null when the run has ended or belongs to anybody else.
 */
export const takeFrom = async (
  sql: Sql,
  runId: string,
  ownerId: string,
  workerId: string,
  signal: AbortSignal,
): Promise<ClaimedRun | null> => {
  // Sent again after a lost answer, it finds what it has taken by the token (D6).
  const token = uuidv7()
  const rows = await whileUnreachable(
    () => sql<ClaimRow[]>`
      UPDATE runs r SET epoch = epoch + 1, worker_id = ${workerId}, claim_token = ${token}
      WHERE id = ${runId} AND (worker_id = ${ownerId} OR claim_token = ${token})
        AND status IN ('pending', 'running', 'waiting', 'paused')
        AND EXISTS (SELECT FROM workers w WHERE w.id = ${ownerId})
      RETURNING id, workspace_id, workflow_id, version_id, status, trigger, input, epoch, last_seq, crash_count,
        origin_run_id, parent_run_id, seed, (extract(epoch FROM created_at) * 1000)::float8 AS created_at,
        (extract(epoch FROM started_at) * 1000)::float8 AS started_at,
        EXISTS (SELECT FROM run_inbox i WHERE i.run_id = r.id) AS has_inbox,
        (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`,
    signal,
  )
  const runs = await whileUnreachable(() => assembleRuns(sql, rows), signal)
  return runs.get(runId) ?? null
}

/**
 * Takes back the crash that a take-over has counted: its former owner lives, and has only lost its lease (D13).
 */
export const forgiveCrash = async (sql: Sql, runId: string): Promise<void> => {
  await sql`UPDATE runs SET crash_count = crash_count - 1 WHERE id = ${runId} AND crash_count > 0`
}
