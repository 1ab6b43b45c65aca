import type { Sql } from '@millrace/db'
import { whileUnreachable } from './batch/retry.js'
import type { PayloadRow, ResponseRow } from './types.js'

/**
 * Stores a large output ahead of the flush that refers to it, which keeps batches small (D7). Its key names the
 * epoch, so a fenced owner's payload is only garbage (D21).
 */
export const putPayload = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
  payload: PayloadRow,
  signal: AbortSignal,
): Promise<void> => {
  const insert = () => sql`
    INSERT INTO payloads (run_id, key, workspace_id, body)
    VALUES (${runId}, ${payload.key}, ${workspaceId}, ${payload.body}) ON CONFLICT DO NOTHING`
  await whileUnreachable(insert, signal)
}

/** JSON text; undefined when there is none in this workspace (I9). */
export const getPayload = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
  key: string,
): Promise<string | undefined> => {
  const [row] = await sql<{ body: string }[]>`
    SELECT body FROM payloads WHERE run_id = ${runId} AND workspace_id = ${workspaceId} AND key = ${key}`
  return row?.body
}

/** The answer a run has given to the caller of its webhook; undefined until it has. */
export const getResponse = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
): Promise<ResponseRow | undefined> => {
  const [row] = await sql<ResponseRow[]>`
    SELECT status, headers, body FROM run_responses WHERE run_id = ${runId} AND workspace_id = ${workspaceId}`
  return row
}
