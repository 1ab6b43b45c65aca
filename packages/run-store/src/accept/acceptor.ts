import { MillraceError, priority as priorities, stringifyJson } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { Batcher } from '../batch/batcher.js'
import { enter, type Pending } from '../batch/pending.js'
import { pause, whileUnreachable } from '../batch/retry.js'
import { splitOnBadData } from '../batch/split.js'
import type { AcceptResult, NewRun } from '../types.js'
import { bornRun, type InsertedRow } from './born-run.js'

/**
 * Owns new runs until they are durable. Does not own their doorbells: the caller rings one for every accepted or
 * replayed run, and the sweeper for those whose caller died in between.
 *
 * 1. `accepted` and `replayed` are answered only after the row has committed (I1).
 * 2. One idempotency key, one run (I6): the unique index decides, also between processes.
 * 3. It runs as a role that may insert runs and look up their keys, and nothing else (D17).
 * 4. A run that names a worker is that worker's from its first moment, if its lease is good: claimed in the transaction
 *    that inserts it (D2). Whoever accepted it hands it over; the worker looks for those that did not come.
 * 5. Rows go in by (workspace, key), so that two processes with crossed keys wait for each other in one order (D17).
 */
export interface Acceptor {
  /**
   * Writes a pending run, as if rung for just now: it becomes the sweeper's after 10 s.
   * @throws MillraceError UNAVAILABLE when the database stays away; the run may still have been written, so try
   * again under the same id or key (D6). INVALID_REQUEST when Postgres cannot store the input.
   */
  accept(run: NewRun): Promise<AcceptResult>
  /** Stops retrying; resolves once everything has been answered. */
  close(): Promise<void>
}

export interface AcceptorOptions {
  /** How long an accept may wait for others while an insert is in flight; default 2. */
  readonly windowMs?: number
  /** Rows an insert; default 500. */
  readonly maxBatch?: number
  /** How long to go on trying while the database is away; default 5,000. */
  readonly retryMs?: number
}

type PendingRun = Pending<NewRun, AcceptResult>

export const createAcceptor = (sql: Sql, options: AcceptorOptions = {}): Acceptor => {
  const closing = new AbortController()
  const retryMs = options.retryMs ?? 5_000
  const batcher = new Batcher<PendingRun>({
    windowMs: options.windowMs ?? 2,
    maxItems: options.maxBatch ?? 500,
    maxInFlight: 2,
    run: (batch) => acceptBatch(sql, batch, AbortSignal.any([closing.signal, AbortSignal.timeout(retryMs)])),
  })
  return {
    accept: (run) => enter(run, (pending) => batcher.add(pending)),
    close: () => {
      closing.abort()
      return batcher.idle()
    },
  }
}

const acceptBatch = async (sql: Sql, batch: readonly PendingRun[], signal: AbortSignal): Promise<void> => {
  try {
    await splitOnBadData(
      [...batch].sort(byWorkspaceAndKey),
      (part) => insertUntilKnown(sql, part, signal),
      (pending, cause) =>
        pending.reject(
          new MillraceError('INVALID_REQUEST', `The run cannot be stored: ${cause.message}`, { cause }),
        ),
    )
  } catch (error) {
    for (const pending of batch) pending.reject(error)
  }
}

const byWorkspaceAndKey = ({ request: a }: PendingRun, { request: b }: PendingRun): number =>
  compare(a.workspaceId, b.workspaceId) || compare(a.idempotencyKey ?? '', b.idempotencyKey ?? '')

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Inserts, and looks up those that met a row, until each run has an answer. */
const insertUntilKnown = async (
  sql: Sql,
  batch: readonly PendingRun[],
  signal: AbortSignal,
): Promise<void> => {
  let open = batch
  for (let round = 1; ; round += 1) {
    let tries = 0
    const inserted = await whileUnreachable((number) => {
      tries = number
      return insertRuns(sql, open)
    }, signal)
    for (const { request, resolve } of open) {
      const row = inserted.get(request.id)
      if (row !== undefined) resolve({ kind: 'accepted', runId: request.id, claimed: bornRun(request, row) })
    }
    const met = open.filter(({ request }) => !inserted.has(request.id))
    if (met.length === 0) return
    const found = await whileUnreachable(() => findRuns(sql, met), signal)
    open = met.filter((pending, index) => !answer(pending, found[index], tries > 1))
    if (open.length === 0) return
    // Rows that are met but not found were rolled back in between: insert again, while there is time.
    await pause(round, signal)
  }
}

interface FoundRun {
  readonly id: string
  readonly requestHash: string | null
}

const answer = ({ request, resolve }: PendingRun, found: FoundRun | undefined, retried: boolean): boolean => {
  if (found === undefined) return false
  if (found.id === request.id) {
    // Claimed or not, nobody has it in hand: its worker looks for such runs, the doorbell finds it otherwise.
    resolve(
      retried
        ? { kind: 'accepted', runId: found.id, claimed: undefined }
        : { kind: 'replayed', runId: found.id },
    )
  } else if (found.requestHash === request.requestHash) resolve({ kind: 'replayed', runId: found.id })
  else resolve({ kind: 'key_reused', runId: found.id })
  return true
}

/** By id, those that were inserted. */
const insertRuns = (sql: Sql, batch: readonly PendingRun[]): Promise<ReadonlyMap<string, InsertedRow>> =>
  batch.some(({ request }) => request.claimFor !== undefined)
    ? acceptRuns(sql, batch)
    : insertPending(sql, batch)

/** May do what the role may not: claim what it inserts, and nothing that is there already (D17). */
const acceptRuns = async (
  sql: Sql,
  batch: readonly PendingRun[],
): Promise<ReadonlyMap<string, InsertedRow>> => {
  const rows = await sql<(InsertedRow & { id: string })[]>`
    SELECT id, claimed, created_at AS "createdAt", now FROM accept_runs(${encodeRuns(batch)}::text::json)`
  return new Map(rows.map((row) => [row.id, row]))
}

const insertPending = async (
  sql: Sql,
  batch: readonly PendingRun[],
): Promise<ReadonlyMap<string, InsertedRow>> => {
  const rows = await sql<{ id: string }[]>`
    INSERT INTO runs (id, workspace_id, workflow_id, version_id, trigger, input, priority, idempotency_key,
      request_hash, parent_run_id, origin_run_id, seed, started_by, backlog, crash_count, sweep_at)
    SELECT id, "workspaceId", "workflowId", "versionId", trigger, coalesce(input, 'null'), priority,
      "idempotencyKey", "requestHash", "parentRunId", "originRunId", seed,
      coalesce("startedBy", (SELECT o.started_by FROM runs o WHERE o.id = "originRunId")),
      coalesce(backlog, false),
      -- As if two workers had died of it (D13).
      CASE WHEN suspect THEN 2 ELSE 0 END,
      -- What nobody has rung for is not the sweeper's before it is admitted.
      CASE WHEN backlog THEN 'infinity' ELSE clock_timestamp() + interval '10 s' END
    FROM json_to_recordset(${encodeRuns(batch)}::text::json) AS r (id uuid, "workspaceId" uuid,
      "workflowId" uuid, "versionId" uuid, trigger text, input json, priority smallint, "idempotencyKey" text,
      "requestHash" text, "parentRunId" uuid, "originRunId" uuid, seed json, backlog boolean, suspect boolean, "startedBy" uuid)
    ON CONFLICT DO NOTHING
    RETURNING id`
  return new Map(rows.map((row) => [row.id, NOT_CLAIMED]))
}

const NOT_CLAIMED: InsertedRow = { claimed: false, createdAt: 0, now: 0 }

const encodeRuns = (batch: readonly PendingRun[]): string =>
  stringifyJson(
    batch.map(({ request }) => ({ ...request, priority: priorities.options.indexOf(request.priority) })),
  )

/** The run that stands in each one's way, in their order; a new statement, so that it sees what the insert met (D17). */
const findRuns = async (sql: Sql, met: readonly PendingRun[]): Promise<(FoundRun | undefined)[]> => {
  const wanted = met.map(({ request }, index) => ({
    index,
    id: request.id,
    workspace: request.workspaceId,
    key: request.idempotencyKey,
  }))
  const rows = await sql<({ index: number } & FoundRun)[]>`
    WITH wanted AS (
      SELECT * FROM jsonb_to_recordset(${stringifyJson(wanted)}::text::jsonb)
        AS w (index integer, id uuid, workspace uuid, key text)
    )
    SELECT w.index, r.id, r.request_hash AS "requestHash"
    FROM wanted w JOIN runs r ON r.workspace_id = w.workspace AND r.idempotency_key = w.key
    UNION ALL
    SELECT w.index, r.id, r.request_hash FROM wanted w JOIN runs r ON r.id = w.id AND r.workspace_id = w.workspace`
  const found: (FoundRun | undefined)[] = met.map(() => undefined)
  for (const { index, id, requestHash } of rows) found[index] = { id, requestHash }
  return found
}
