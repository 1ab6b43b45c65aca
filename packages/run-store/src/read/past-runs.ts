import type { Json, RunSeed, RunStatus } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import type { CompensationRow, PastRun, StepOutcomeRow, UndoRunRow } from '../types.js'
import { toPriority } from './summary.js'

/** What retries and undos need of the runs they are made of. Every query names the workspace (I9). */

interface PastRow {
  readonly id: string
  readonly workflow_id: string
  readonly version_id: string
  readonly status: RunStatus
  readonly trigger: string
  readonly input: Json
  readonly priority: number
  readonly seed: RunSeed | null
  readonly error_code: string | null
  readonly last_seq: number
}

export const getPastRun = async (sql: Sql, workspaceId: string, runId: string): Promise<PastRun | null> => {
  const [row] = await sql<PastRow[]>`
    SELECT id, workflow_id, version_id, status, trigger, input, priority, seed, error ->> 'code' AS error_code, last_seq
    FROM runs WHERE id = ${runId} AND workspace_id = ${workspaceId}`
  if (row === undefined) return null
  const { id, status, trigger, input } = row
  return {
    id,
    workflowId: row.workflow_id,
    versionId: row.version_id,
    status,
    trigger,
    input,
    priority: toPriority(row.priority),
    keyRunId: row.seed?.keyRunId ?? id,
    errorCode: row.error_code,
    undoes: row.seed?.undo !== undefined,
    lastSeq: row.last_seq,
  }
}

/** The steps that ended well, in that order: completed, or failed with somebody to handle it. Outputs stay where they are. */
export const getStepOutcomes = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
): Promise<StepOutcomeRow[]> =>
  await sql<StepOutcomeRow[]>`
  SELECT event ->> 'path' AS path, event ->> 'type' = 'step_failed' AS failed, event -> 'taken' AS taken,
    event ->> 'type' = 'step_succeeded' AND event -> 'error' IS NOT NULL AS erred,
    CASE WHEN event -> 'reused' IS NULL THEN run_id::text ELSE event #>> '{reused,runId}' END AS "sourceRunId"
  FROM run_events
  WHERE run_id = ${runId} AND workspace_id = ${workspaceId}
    AND (event ->> 'type' = 'step_succeeded' OR (event ->> 'type' = 'step_failed' AND event ->> 'handled' = 'true'))
  ORDER BY seq`

/** Paths of steps that were started and did not succeed: whether they reached the outside, nobody can say. */
export const getUnfinishedPaths = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
  nodeIds: readonly string[],
): Promise<string[]> => {
  const rows = await sql<{ path: string }[]>`
    SELECT event ->> 'path' AS path FROM run_events
    WHERE run_id = ${runId} AND workspace_id = ${workspaceId}
      AND event ->> 'type' IN ('step_started', 'step_succeeded')
      AND regexp_replace(event ->> 'path', '^.*\\.', '') = ANY (${nodeIds})
    GROUP BY 1 HAVING NOT bool_or(event ->> 'type' = 'step_succeeded') ORDER BY min(seq)`
  return rows.map(({ path }) => path)
}

/** What has been begun to undo these runs, by steps at these nodes, those of items included. */
export const getCompensations = async (
  sql: Sql,
  workspaceId: string,
  runIds: readonly string[],
  nodeIds: readonly string[],
): Promise<CompensationRow[]> =>
  await sql<CompensationRow[]>`
  SELECT
    CASE WHEN r.seed -> 'undo' IS NULL THEN r.id ELSE r.origin_run_id END AS "runId",
    event ->> 'path' AS path,
    bool_or(event ->> 'type' = 'step_succeeded' AND event -> 'error' IS NULL) AS completed
  FROM runs r JOIN run_events e ON e.run_id = r.id
  WHERE r.workspace_id = ${workspaceId} AND regexp_replace(event ->> 'path', '^.*\\.', '') = ANY (${nodeIds})
    AND event ->> 'type' IN ('step_started', 'step_succeeded')
    AND (r.id = ANY (${runIds}::uuid[]) OR (r.origin_run_id = ANY (${runIds}::uuid[]) AND r.seed -> 'undo' IS NOT NULL))
  GROUP BY 1, 2`

/** The runs made to undo this one, the first one first. */
export const getUndoRuns = async (sql: Sql, workspaceId: string, runId: string): Promise<UndoRunRow[]> =>
  await sql<UndoRunRow[]>`
  SELECT id, status FROM runs
  WHERE workspace_id = ${workspaceId} AND origin_run_id = ${runId} AND seed -> 'undo' IS NOT NULL
  ORDER BY created_at, id`
