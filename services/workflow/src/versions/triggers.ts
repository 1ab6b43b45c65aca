import { type Definition, MillraceError, priority, stringifyJson } from '@millrace/contracts'
import { eventListeners, failureListeners, nextTick, scheduleEntries, webhookRoutes } from '@millrace/nodes'
import type postgres from 'postgres'

/** Whose triggers these are. */
export interface Published {
  readonly workspaceId: string
  readonly workflowId: string
  readonly versionId: string
}

/** Makes the workspace listen for this version and no longer for the former one. Throws WEBHOOK_PATH_TAKEN. */
export const replaceWebhooks = async (
  tx: postgres.TransactionSql,
  { workspaceId, workflowId, versionId }: Published,
  definition: Definition,
): Promise<void> => {
  await tx`DELETE FROM webhooks WHERE workflow_id = ${workflowId}`
  // In one order for everybody: two workflows that take each other's paths would deadlock otherwise.
  const routes = webhookRoutes(definition).sort((a, b) => keyOf(a).localeCompare(keyOf(b)))
  for (const { path, method, nodeId } of routes) {
    const taken = await tx`
      INSERT INTO webhooks (workspace_id, path, method, workflow_id, version_id, node_id)
      VALUES (${workspaceId}, ${path}, ${method}, ${workflowId}, ${versionId}, ${nodeId})
      ON CONFLICT DO NOTHING`
    if (taken.count === 0)
      throw new MillraceError('WEBHOOK_PATH_TAKEN', `${method} ${path} is taken by another trigger`, {
        details: { node: nodeId },
      })
  }
}

const keyOf = ({ path, method }: { path: string; method: string }): string => `${path} ${method}`

/**
 * Makes this version's schedules the due ones. A schedule whose times stay the same keeps its next tick, so that
 * publishing in the minute it is due neither loses nor repeats it (I6).
 */
export const replaceSchedules = async (
  tx: postgres.TransactionSql,
  { workspaceId, workflowId, versionId }: Published,
  definition: Definition,
): Promise<void> => {
  const entries = scheduleEntries(definition)
  await tx`DELETE FROM schedules
    WHERE workflow_id = ${workflowId} AND node_id <> ALL (${entries.map((entry) => entry.nodeId)})`
  if (entries.length === 0) return
  const now = await databaseTime(tx)
  for (const entry of entries) {
    const next = nextTick(entry, now)
    if (next === null) continue
    await tx`
      INSERT INTO schedules AS known
        (workspace_id, workflow_id, node_id, version_id, cron, timezone, next_at)
      VALUES (${workspaceId}, ${workflowId}, ${entry.nodeId}, ${versionId}, ${entry.cron}, ${entry.timezone},
        to_timestamp(${next.getTime() / 1000}))
      ON CONFLICT (workflow_id, node_id) DO UPDATE SET
        version_id = EXCLUDED.version_id, cron = EXCLUDED.cron, timezone = EXCLUDED.timezone,
        next_at = CASE WHEN known.cron = EXCLUDED.cron AND known.timezone = EXCLUDED.timezone
          THEN known.next_at ELSE EXCLUDED.next_at END`
  }
}

/** Makes this version the one that events and failures start, and no longer the former one. */
export const replaceListeners = async (
  tx: postgres.TransactionSql,
  { workspaceId, workflowId, versionId }: Published,
  definition: Definition,
): Promise<void> => {
  await tx`DELETE FROM listeners WHERE workflow_id = ${workflowId}`
  const place = priority.options.indexOf(definition.settings.priority)
  await tx`
    INSERT INTO listeners
      (workspace_id, workflow_id, version_id, priority, node_id, kind, name, key, match, statuses)
    SELECT ${workspaceId}, ${workflowId}, ${versionId}, ${place}, l."nodeId", l.kind, l.name, l.key, l.match, l.statuses
    FROM jsonb_to_recordset(${stringifyJson(listenersOf(definition))}::text::jsonb)
      AS l ("nodeId" text, kind text, name text, key text, match jsonb, statuses text[])`
}

const listenersOf = (definition: Definition) => [
  ...eventListeners(definition).map((listener) => ({ kind: 'event', ...listener })),
  ...failureListeners(definition).flatMap(({ nodeId, workflows, on }) =>
    // The empty name stands for every workflow.
    [...new Set(workflows.length === 0 ? [''] : workflows)].map((name) => ({
      kind: 'failure',
      nodeId,
      name,
      statuses: on,
    })),
  ),
]

/** D8: time is the database's. */
const databaseTime = async (tx: postgres.TransactionSql): Promise<Date> => {
  const [row] = await tx<
    { now: number }[]
  >`SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now`
  return new Date(row?.now ?? Number.NaN)
}
