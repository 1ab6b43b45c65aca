import { isTerminal, type RunStatus, stringifyJson } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import type { InboxItem, InboxMessage } from './types.js'

/** What became of a message to a run. */
export type PostResult =
  | {
      readonly kind: 'posted'
      readonly inboxId: string
      readonly status: RunStatus
      /** The owner to nudge when its lease is good; otherwise ring the doorbell (D3: ring it in any case). */
      readonly workerId: string | null
      readonly ownerAlive: boolean
    }
  /** Nothing was written: the run has ended. */
  | { readonly kind: 'finished'; readonly status: RunStatus }
  | { readonly kind: 'not_found' }

interface PostRow {
  readonly status: RunStatus
  readonly worker_id: string | null
  readonly owner_alive: boolean
  readonly inbox_id: string | null
}

/**
 * Speaks to a run without owning it (D3). Locks nothing, so it never waits for a flush; the message of a post that
 * meets the run's last flush stays unread and is swept.
 */
export const postToInbox = async (
  sql: Sql,
  runId: string,
  workspaceId: string,
  message: InboxMessage,
): Promise<PostResult> => {
  const [row] = await sql<PostRow[]>`
    WITH run AS (
      SELECT r.id, r.workspace_id, r.status, r.worker_id,
        coalesce(w.lease_until >= clock_timestamp(), false) AS owner_alive
      FROM runs r LEFT JOIN workers w ON w.id = r.worker_id
      WHERE r.id = ${runId} AND r.workspace_id = ${workspaceId}
    ), posted AS (
      INSERT INTO run_inbox (workspace_id, run_id, message)
      SELECT workspace_id, id, ${stringifyJson(message)}::text::json FROM run
      WHERE status IN ('pending', 'running', 'waiting', 'paused')
      RETURNING id
    )
    SELECT run.status, run.worker_id, run.owner_alive, posted.id AS inbox_id FROM run LEFT JOIN posted ON true`
  if (row === undefined) return { kind: 'not_found' }
  if (row.inbox_id === null || isTerminal(row.status)) return { kind: 'finished', status: row.status }
  return {
    kind: 'posted',
    inboxId: row.inbox_id,
    status: row.status,
    workerId: row.worker_id,
    ownerAlive: row.owner_alive,
  }
}

/** The messages of each run, oldest first. Runs without any are left out. */
export const readInbox = async (sql: Sql, runIds: readonly string[]): Promise<Map<string, InboxItem[]>> => {
  const rows = await sql<{ run_id: string; id: string; message: InboxMessage }[]>`
    SELECT run_id, id, message FROM run_inbox WHERE run_id = ANY (${runIds}::uuid[]) ORDER BY id`
  const inbox = new Map<string, InboxItem[]>()
  for (const { run_id, id, message } of rows) {
    const items = inbox.get(run_id) ?? []
    items.push({ id, ...message })
    inbox.set(run_id, items)
  }
  return inbox
}

/**
 * Which of these runs have a message. After a park's flush has committed, this new statement sees every message
 * whose poster saw the run still owned (D4): claim those again.
 */
export const hasInbox = async (sql: Sql, runIds: readonly string[]): Promise<Set<string>> => {
  const rows = await sql<{ run_id: string }[]>`
    SELECT DISTINCT run_id FROM run_inbox WHERE run_id = ANY (${runIds}::uuid[])`
  return new Set(rows.map((row) => row.run_id))
}

/** Runs of this worker that have messages: its poll, should a nudge be lost. */
export const inboxRunsOf = async (sql: Sql, workerId: string): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    SELECT DISTINCT r.id FROM run_inbox i JOIN runs r ON r.id = i.run_id WHERE r.worker_id = ${workerId}`
  return rows.map((row) => row.id)
}
