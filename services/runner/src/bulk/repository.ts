import { type BulkAction, type BulkOperation, type RunStatus, stringifyJson } from '@millrace/contracts'
import { type Sql, uuidv7 } from '@millrace/db'
import { type RunFilter, runsMatching } from '@millrace/run-store'

/** Bulk operations and their members. Every query of a caller names the workspace (I9). */

export interface BulkOptions {
  readonly version: 'same' | 'latest'
  readonly from: 'failed' | 'start'
  readonly confirm: boolean
}

export interface BulkJob {
  readonly id: string
  readonly workspaceId: string
  readonly action: BulkAction
  readonly options: BulkOptions
}

export interface Progress {
  readonly done: number
  readonly skipped: number
  readonly errors: BulkOperation['errors']
}

/** Seconds in which a preview can be confirmed. */
const PREVIEW_AGE = 900
const ERRORS_KEPT = 20

const ACTS_ON: Readonly<Record<BulkAction, readonly RunStatus[]>> = {
  cancel: ['pending', 'running', 'waiting', 'paused'],
  pause: ['pending', 'running', 'waiting'],
  resume: ['paused'],
  retry: ['failed', 'cancelled'],
}

export interface Proposal {
  readonly workspaceId: string
  readonly action: BulkAction
  readonly filter: RunFilter
  readonly options: BulkOptions
  /** Members in all. */
  readonly limit: number
}

/**
 * Writes down which runs an operation would act on, one more than `limit` at most, so that what is counted is what
 * is confirmed.
 */
export const propose = (sql: Sql, { workspaceId, action, filter, options, limit }: Proposal) =>
  sql.begin(async (tx) => {
    const id = uuidv7()
    await tx`
      INSERT INTO bulk_operations (id, workspace_id, action, options)
      VALUES (${id}, ${workspaceId}, ${action}, ${stringifyJson(options)}::text::jsonb)`
    const { text, values } = runsMatching(workspaceId, filter, ACTS_ON[action])
    const added = await tx.unsafe(
      `INSERT INTO bulk_members (bulk_id, run_id)
       SELECT '${id}', id FROM (${text} ORDER BY r.id LIMIT ${limit + 1}) AS matching`,
      [...values],
    )
    const [row] = await tx<[{ expires: number }]>`
      UPDATE bulk_operations SET total = ${added.count} WHERE id = ${id}
      RETURNING (extract(epoch FROM created_at + ${PREVIEW_AGE} * interval '1 s') * 1000)::float8 AS expires`
    return { id, count: added.count, expiresAt: new Date(row.expires).toISOString() }
  })

/** Starts a proposal that has not expired; again is as good as once. False when there is none. */
export const confirm = async (sql: Sql, workspaceId: string, id: string): Promise<boolean> => {
  const rows = await sql`
    UPDATE bulk_operations SET status = 'running', started_at = coalesce(started_at, clock_timestamp())
    WHERE id = ${id} AND workspace_id = ${workspaceId} AND (status = 'running' OR
      status = 'proposed' AND created_at > clock_timestamp() - ${PREVIEW_AGE} * interval '1 s')
    RETURNING id`
  return rows.length > 0
}

/** False when there is nothing to abort. */
export const abort = async (sql: Sql, workspaceId: string, id: string): Promise<boolean> => {
  const rows = await sql`
    UPDATE bulk_operations SET status = 'aborted', finished_at = clock_timestamp()
    WHERE id = ${id} AND workspace_id = ${workspaceId} AND status = 'running' RETURNING id`
  return rows.length > 0
}

interface Row extends Omit<BulkOperation, 'createdAt' | 'finishedAt'> {
  readonly created: number
  readonly finished: number | null
}

/** Newest first; `id` for that one only. Proposals are nobody's business. */
export const readOperations = async (
  sql: Sql,
  workspaceId: string,
  { id, limit }: { readonly id?: string; readonly limit: number },
): Promise<BulkOperation[]> => {
  const rows = await sql<Row[]>`
    SELECT id, action, status, total, done, skipped, failed, errors,
      (extract(epoch FROM created_at) * 1000)::float8 AS created,
      (extract(epoch FROM finished_at) * 1000)::float8 AS finished
    FROM bulk_operations WHERE workspace_id = ${workspaceId} AND status <> 'proposed'
    ${id === undefined ? sql`` : sql`AND id = ${id}`}
    ORDER BY id DESC LIMIT ${limit}`
  return rows.map(({ created, finished, ...row }) => ({
    ...row,
    createdAt: new Date(created).toISOString(),
    finishedAt: finished === null ? null : new Date(finished).toISOString(),
  }))
}

/** The oldest running operation that no other process works on, locked until the transaction ends. */
export const lockJob = async (tx: Pick<Sql, 'unsafe'>): Promise<BulkJob | undefined> => {
  const [job] = await tx.unsafe<BulkJob[]>(
    `SELECT id, workspace_id AS "workspaceId", action, options FROM bulk_operations
     WHERE status = 'running' ORDER BY created_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`,
  )
  return job
}

export const nextMembers = async (
  tx: Pick<Sql, 'unsafe'>,
  id: string,
  limit: number,
): Promise<readonly string[]> => {
  const rows = await tx.unsafe<{ run_id: string }[]>(
    'SELECT run_id FROM bulk_members WHERE bulk_id = $1 ORDER BY run_id LIMIT $2',
    [id, limit],
  )
  return rows.map((row) => row.run_id)
}

/** In the transaction that locked the job: members leave together with the progress they made. */
export const recordProgress = async (
  tx: Pick<Sql, 'unsafe'>,
  id: string,
  members: readonly string[],
  { done, skipped, errors }: Progress,
): Promise<void> => {
  await tx.unsafe('DELETE FROM bulk_members WHERE bulk_id = $1 AND run_id = ANY ($2::uuid[])', [
    id,
    [...members],
  ])
  await tx.unsafe(
    `UPDATE bulk_operations SET done = done + $2, skipped = skipped + $3, failed = failed + $4,
       errors = CASE WHEN jsonb_array_length(errors) < ${ERRORS_KEPT} THEN errors || $5::text::jsonb ELSE errors END
     WHERE id = $1`,
    [id, done, skipped, errors.length, stringifyJson(errors.slice(0, ERRORS_KEPT))],
  )
}

export const finish = async (tx: Pick<Sql, 'unsafe'>, id: string): Promise<void> => {
  await tx.unsafe(
    `UPDATE bulk_operations SET status = 'completed', finished_at = clock_timestamp() WHERE id = $1`,
    [id],
  )
}

/** What was proposed and never confirmed, with its members; and the members of what was aborted. */
export const deleteLeftovers = async (sql: Sql): Promise<void> => {
  await sql`
    DELETE FROM bulk_operations
    WHERE status = 'proposed' AND created_at < clock_timestamp() - ${2 * PREVIEW_AGE} * interval '1 s'`
  await sql`
    DELETE FROM bulk_members m USING bulk_operations o WHERE o.id = m.bulk_id AND o.status = 'aborted'`
}
