import type { Json, RunSeed, RunStatus } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import type { PastRun, StepOutcomeRow } from '../types.js'
import { toPriority } from './runs.js'

/** What retries need of the runs they are made of. Every query names the workspace (I9). */

interface PastRow {
  readonly id: string
  readonly workflow_id: string
  readonly version_id: string
  readonly status: RunStatus
  readonly trigger: string
  readonly input: Json
  readonly priority: number
  readonly seed: RunSeed | null
}

export const getPastRun = async (sql: Sql, workspaceId: string, runId: string): Promise<PastRun | null> => {
  const [row] = await sql<PastRow[]>`
    SELECT id, workflow_id, version_id, status, trigger, input, priority, seed
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
  }
}

/** The steps that ended well: completed, or failed with somebody to handle it. Outputs stay where they are. */
export const getStepOutcomes = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
): Promise<StepOutcomeRow[]> =>
  await sql<StepOutcomeRow[]>`
  SELECT event ->> 'path' AS path, event ->> 'type' = 'step_failed' AS failed, event -> 'taken' AS taken
  FROM run_events
  WHERE run_id = ${runId} AND workspace_id = ${workspaceId}
    AND (event ->> 'type' = 'step_succeeded' OR (event ->> 'type' = 'step_failed' AND event -> 'handled' = 'true'))
  ORDER BY seq`
