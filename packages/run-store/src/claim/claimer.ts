import { type Sql, uuidv7 } from '@millrace/db'
import { Batcher } from '../batch/batcher.js'
import { type OnBatch, timed } from '../batch/on-batch.js'
import { enter, type Pending } from '../batch/pending.js'
import { whileUnreachable } from '../batch/retry.js'
import type { ClaimedRun } from '../types.js'
import { assembleRuns, type ClaimRow } from './assemble.js'

/**
 * Owns claims on their way to Postgres. Does not own the runs claimed, nor this worker's lease: a process that
 * claims without having registered its worker can lose its runs at once.
 *
 * 1. A claim commits before the run's events are read (D2).
 * 2. One token a batch: sent again after a lost connection, it returns what the first try took (D6).
 */
export interface Claimer {
  /**
   * Takes the run under a new epoch; null when there is nothing to take: it is finished, owned by a live worker, waits
   * with an empty inbox, or has been taken by another since. Waits while the database is away.
   * @throws MillraceError UNAVAILABLE when `close` cut off its retries.
   */
  claim(runId: string): Promise<ClaimedRun | null>
  /** Stops retrying; resolves once every claim has been answered. */
  close(): Promise<void>
}

export interface ClaimerOptions {
  readonly workerId: string
  /** How long a claim may wait for others while a batch is in flight; default 2. */
  readonly windowMs?: number
  /** Runs a batch; default 200. */
  readonly maxRuns?: number
  /** Told of every batch once it has been answered. */
  readonly onBatch?: OnBatch
}

type PendingClaim = Pending<string, ClaimedRun | null>

export const createClaimer = (sql: Sql, options: ClaimerOptions): Claimer => {
  const closing = new AbortController()
  const batcher = new Batcher<PendingClaim>({
    windowMs: options.windowMs ?? 2,
    maxItems: options.maxRuns ?? 200,
    maxInFlight: 2,
    // Two doorbells of one run: the second asks once the first has its answer.
    keyOf: (pending) => pending.request,
    run: timed(options.onBatch, (batch) => claimBatch(sql, options.workerId, batch, closing.signal)),
  })
  return {
    claim: (runId) => enter(runId, (pending) => batcher.add(pending)),
    close: () => {
      closing.abort()
      return batcher.idle()
    },
  }
}

const claimBatch = async (
  sql: Sql,
  workerId: string,
  batch: readonly PendingClaim[],
  signal: AbortSignal,
): Promise<void> => {
  const ids = batch.map((pending) => pending.request)
  const token = uuidv7()
  try {
    const rows = await whileUnreachable(() => callClaimRuns(sql, ids, workerId, token), signal)
    const runs = await whileUnreachable(() => assembleRuns(sql, rows), signal)
    for (const pending of batch) pending.resolve(runs.get(pending.request) ?? null)
  } catch (error) {
    for (const pending of batch) pending.reject(error)
  }
}

const callClaimRuns = (
  sql: Sql,
  ids: readonly string[],
  workerId: string,
  token: string,
): Promise<ClaimRow[]> =>
  sql<ClaimRow[]>`SELECT * FROM claim_runs_and_owners(${ids}::uuid[], ${workerId}, ${token})`
