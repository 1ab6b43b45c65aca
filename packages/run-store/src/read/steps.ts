import type { RunEvent, Step, StepError, StepStatus, Wait } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { toIso } from './summary.js'

interface StepRunRow {
  readonly path: string
  readonly node_id: string
  readonly type: string
  readonly status: StepStatus
  readonly attempt: number
  readonly started_ms: number | null
  readonly finished_ms: number | null
  readonly error: StepError | null
  readonly wait: Wait | null
}

type End = Extract<RunEvent, { type: 'step_succeeded' | 'step_failed' }>

/**
 * The steps of a run in the order of their first events, each with what its last event says came out: outputs are stored
 * once, in the events. Empty for a run of another workspace (I9).
 */
export const getSteps = async (sql: Sql, workspaceId: string, runId: string): Promise<Step[]> => {
  const [steps, ends, firsts] = await Promise.all([
    sql<StepRunRow[]>`
      SELECT path, node_id, type, status, attempt, error, wait,
        (extract(epoch FROM started_at) * 1000)::float8 AS started_ms,
        (extract(epoch FROM finished_at) * 1000)::float8 AS finished_ms
      FROM step_runs WHERE run_id = ${runId} AND workspace_id = ${workspaceId}
      ORDER BY started_at NULLS LAST, path`,
    sql<{ event: End }[]>`
      SELECT event FROM run_events
      WHERE run_id = ${runId} AND workspace_id = ${workspaceId} 
        AND event ->> 'type' IN ('step_succeeded', 'step_failed')`,
    sql<{ path: string; seq: number }[]>`
      SELECT event ->> 'path' AS path, min(seq) AS seq FROM run_events
      WHERE run_id = ${runId} AND workspace_id = ${workspaceId} AND event ->> 'path' IS NOT NULL GROUP BY 1`,
  ])
  const endOf = new Map(ends.map(({ event }) => [event.path, event]))
  // Times tell no order within a millisecond; numbers of events do (I4).
  const seqOf = new Map(firsts.map(({ path, seq }) => [path, seq]))
  const placeOf = ({ path }: StepRunRow) => seqOf.get(path) ?? Number.MAX_SAFE_INTEGER
  return [...steps].sort((a, b) => placeOf(a) - placeOf(b)).map((row) => toStep(row, endOf.get(row.path)))
}

const toStep = (row: StepRunRow, end: End | undefined): Step => ({
  path: row.path,
  nodeId: row.node_id,
  type: row.type,
  status: row.status,
  attempt: row.attempt,
  startedAt: row.started_ms === null ? null : toIso(row.started_ms),
  finishedAt: row.finished_ms === null ? null : toIso(row.finished_ms),
  ...(end?.type === 'step_succeeded' && end.output !== undefined && { output: end.output }),
  ...(end?.type === 'step_succeeded' && end.outputRef !== undefined && { outputRef: end.outputRef }),
  ...(end?.reused !== undefined && { reused: end.reused }),
  error: row.error,
  wait: row.wait,
})
