import { type Json, stringifyJson, type Task, type WaitResult } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { toIso } from '../read/summary.js'

/**
 * Tasks for programs outside: waits of kind `task`, lent to one program at a time. A lease is proven by its token; one
 * that runs out offers the task again, under another token, which fences off the former holder.
 */

export interface TaskRequest {
  readonly workspaceId: string
  readonly queue: string
  readonly max: number
  /** Milliseconds. */
  readonly leaseMs: number
}

interface TaskRow {
  readonly id: string
  readonly lease_token: string
  readonly run_id: string
  readonly path: string
  readonly attempt: number
  readonly key: string
  readonly input: Json
  readonly lease_ms: number
}

/** Lends tasks of a queue, the oldest first: those that nobody holds, or no longer. */
export const leaseTasks = async (sql: Sql, request: TaskRequest): Promise<Task[]> => {
  const rows = await sql<TaskRow[]>`
    WITH free AS (
      SELECT id FROM waits
      WHERE workspace_id = ${request.workspaceId} AND kind = 'task' AND name = ${request.queue}
        AND resolved_by IS NULL AND (lease_until IS NULL OR lease_until < clock_timestamp())
      ORDER BY created_at LIMIT ${request.max} FOR UPDATE SKIP LOCKED
    )
    UPDATE waits w SET lease_token = gen_random_uuid(),
      lease_until = clock_timestamp() + ${request.leaseMs} * interval '1 ms'
    FROM free WHERE w.id = free.id
    RETURNING w.id, w.lease_token, w.run_id, w.path, w.attempt, w.details ->> 'idempotencyKey' AS key,
      coalesce(w.input, (w.details -> 'input')::json, 'null') AS input,
      (extract(epoch FROM w.lease_until) * 1000)::float8 AS lease_ms`
  return rows.map((row) => ({
    id: row.id,
    token: row.lease_token,
    runId: row.run_id,
    path: row.path,
    attempt: row.attempt,
    input: row.input,
    idempotencyKey: row.key,
    leaseUntil: toIso(row.lease_ms),
  }))
}

/** A task as its holder names it. */
export interface HeldTask {
  readonly workspaceId: string
  readonly id: string
  readonly token: string
}

/** Prolongs a lease, also one that has run out while nobody else has taken the task. Null: it is lost. */
export const renewTask = async (sql: Sql, held: HeldTask, leaseMs: number): Promise<string | null> => {
  const [row] = await sql<{ lease_ms: number }[]>`
    UPDATE waits SET lease_until = clock_timestamp() + ${leaseMs} * interval '1 ms'
    WHERE ${isHeld(sql, held)}
    RETURNING (extract(epoch FROM lease_until) * 1000)::float8 AS lease_ms`
  return row === undefined ? null : toIso(row.lease_ms)
}

/** Gives a task back that its holder never came to know of: others may take it at once. */
export const returnTask = async (sql: Sql, held: HeldTask): Promise<void> => {
  await sql`UPDATE waits SET lease_token = NULL, lease_until = NULL WHERE ${isHeld(sql, held)}`
}

/**
 * Ends a task for its holder (D14). The same end given again, by the same lease, is as good as given once: its answer may
 * have been lost. @returns the run to ring for; undefined: the lease or the wait is over.
 */
export const finishTask = async (
  sql: Sql,
  held: HeldTask,
  result: WaitResult,
): Promise<string | undefined> => {
  const [row] = await sql<{ run_id: string }[]>`
    WITH ended AS (
      UPDATE waits SET resolved_at = clock_timestamp(), resolved_by = 'task',
        resolution = ${stringifyJson(result)}::text::json
      WHERE ${isHeld(sql, held)}
      RETURNING *
    )
    INSERT INTO run_inbox (workspace_id, run_id, message)
    SELECT workspace_id, run_id, resolution_message(path, attempt, resolution) FROM ended
    RETURNING run_id`
  return row?.run_id ?? (await findSameEnd(sql, held, result))
}

const findSameEnd = async (
  sql: Sql,
  { workspaceId, id, token }: HeldTask,
  result: WaitResult,
): Promise<string | undefined> => {
  const [row] = await sql<{ run_id: string }[]>`
    SELECT run_id FROM waits
    WHERE id = ${id} AND workspace_id = ${workspaceId} AND kind = 'task' AND lease_token = ${token}
      AND resolved_by = 'task' AND resolution::jsonb = ${stringifyJson(result)}::text::jsonb`
  return row?.run_id
}

const isHeld = (sql: Sql, { workspaceId, id, token }: HeldTask) => sql`
  id = ${id} AND workspace_id = ${workspaceId} AND kind = 'task' AND lease_token = ${token} AND resolved_by IS NULL`

/** Whether there is such a task in this workspace: tells a lost lease from a wrong id (I9). */
export const taskExists = async (sql: Sql, workspaceId: string, id: string): Promise<boolean> => {
  const rows =
    await sql`SELECT 1 FROM waits WHERE id = ${id} AND workspace_id = ${workspaceId} AND kind = 'task'`
  return rows.length > 0
}
