import type { RunEvent } from '@millrace/contracts'
import type { Sql } from '@millrace/db'

/**
 * What a run that goes back needs of its own events, or of those of the run it undoes: no state holds what the items of
 * its containers did (D20). Every query names the workspace (I9).
 */

/** Where an event stands in its run. */
export interface EventPlace {
  readonly seq: number
  readonly type: RunEvent['type']
  readonly path: string
}

/** Steps at these nodes, in any item, that the run completed well and itself before an event: the latest first. */
export const findCompleted = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
  nodeIds: readonly string[],
  before: number,
  limit: number,
): Promise<EventPlace[]> =>
  await sql<EventPlace[]>`
  SELECT seq, event ->> 'type' AS type, event ->> 'path' AS path FROM run_events
  WHERE run_id = ${runId} AND workspace_id = ${workspaceId} AND seq < ${before}
    AND event ->> 'type' = 'step_succeeded' AND event -> 'error' IS NULL AND event -> 'reused' IS NULL
    AND regexp_replace(event ->> 'path', '^.*\\.', '') = ANY (${nodeIds})
  ORDER BY seq DESC LIMIT ${limit}`

/** Which of these steps have undone their part for good, in the run or in one made to undo it. */
export const findUndone = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
  paths: readonly string[],
): Promise<Set<string>> => {
  const rows = await sql<{ path: string }[]>`
    SELECT DISTINCT event ->> 'path' AS path FROM runs r JOIN run_events e ON e.run_id = r.id
    WHERE r.workspace_id = ${workspaceId}
      AND (r.id = ${runId} OR (r.origin_run_id = ${runId} AND r.seed -> 'undo' IS NOT NULL))
      AND event ->> 'type' = 'step_succeeded' AND event -> 'error' IS NULL AND event ->> 'path' = ANY (${paths})`
  return new Set(rows.map(({ path }) => path))
}

/**
 * Where it stands what came of items, by what the paths of their steps begin with (`each[3].`), and what maps went
 * through, by their paths. One pass over the run's events: to be asked for many items at once.
 */
export const findItemEvents = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
  prefixes: readonly string[],
  maps: readonly string[],
): Promise<EventPlace[]> =>
  await sql<EventPlace[]>`
  SELECT seq, event ->> 'type' AS type, event ->> 'path' AS path FROM run_events
  WHERE run_id = ${runId} AND workspace_id = ${workspaceId} AND (
    (event ->> 'type' IN ('step_succeeded', 'step_failed', 'step_skipped')
      AND regexp_replace(event ->> 'path', '[^.]*$', '') = ANY (${prefixes}))
    OR (event ->> 'type' = 'step_waiting' AND event #>> '{wait,kind}' = 'items' AND event ->> 'path' = ANY (${maps})))
  ORDER BY seq`

export const readEventsAt = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
  seqs: readonly number[],
): Promise<RunEvent[]> => {
  const rows = await sql<{ event: RunEvent }[]>`
    SELECT event FROM run_events
    WHERE run_id = ${runId} AND workspace_id = ${workspaceId} AND seq = ANY (${seqs}::integer[]) ORDER BY seq`
  return rows.map(({ event }) => event)
}
