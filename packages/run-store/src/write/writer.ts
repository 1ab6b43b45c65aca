import { isTerminal } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { Batcher } from '../batch/batcher.js'
import { type OnBatch, timed } from '../batch/on-batch.js'
import { enter, type Pending } from '../batch/pending.js'
import { whileUnreachable } from '../batch/retry.js'
import { splitOnBadData } from '../batch/split.js'
import type { FlushResult, FlushUnit } from '../types.js'
import { type EncodedUnit, encodeUnit, joinUnits } from './encode.js'
import { judgeUnwritten, type RunPosition } from './outcome.js'

/**
 * Owns flushes on their way to Postgres. Does not own runs, leases or what to do about a result.
 *
 * 1. A unit is written whole or not at all, and only under the epoch it names (I3, D1: see flush_units).
 * 2. At most one flush of a run is in flight, in the order submitted (D1, I4); who lets one go ahead has none in line.
 * 3. A unit is answered once its outcome is certain: a lost connection is followed up, not reported (D6).
 * 4. Data that Postgres refuses fails its own unit only (D7).
 */
export interface BatchWriter {
  /**
   * Writes one run's events, steps, timers and status together: in line with those of other runs, or ahead of them in a
   * batch of their own, for a run that need not wait for others.
   * @throws MillraceError UNAVAILABLE when `close` cut off its retries; the outcome is then unknown.
   */
  submit(unit: FlushUnit, turn?: FlushTurn): Promise<FlushResult>
  /** Resolves once everything submitted has been answered. */
  drain(): Promise<void>
  /** Stops retrying; resolves once everything submitted has been answered. */
  close(): Promise<void>
}

/** `in_line` when left out. */
export type FlushTurn = 'in_line' | 'ahead'

export interface BatchWriterOptions {
  /** How long a unit may wait for others while a batch is in flight; default 2. */
  readonly windowMs?: number
  /**
   * Runs a batch; default 100. A worker of 200 runs tends to finish them in step: with batches of 200 it then waits
   * for Postgres with nothing to do (4,700 runs/s of 14 rows here), with 100 the two work in turns (7,600).
   */
  readonly maxRuns?: number
  /** JSON bytes a batch; default 4 MiB. A larger unit goes alone. */
  readonly maxBytes?: number
  /** Batches in flight; default 2, so that one is encoded and sent while the other commits. */
  readonly maxInFlight?: number
  /** Told of every batch once it has been answered. */
  readonly onBatch?: OnBatch
}

/** Units that may wait to go ahead at a time. */
const MOST_AHEAD = 16

type PendingUnit = Pending<EncodedUnit, FlushResult>

export const createBatchWriter = (sql: Sql, options: BatchWriterOptions = {}): BatchWriter => {
  const closing = new AbortController()
  const open = (maxInFlight: number) =>
    new Batcher<PendingUnit>({
      windowMs: options.windowMs ?? 2,
      maxItems: options.maxRuns ?? 100,
      maxBytes: options.maxBytes ?? 4 * 1024 * 1024,
      maxInFlight,
      bytesOf: (pending) => pending.request.bytes,
      keyOf: (pending) => pending.request.unit.runId,
      run: timed(options.onBatch, (batch) => flushBatch(sql, batch, closing.signal)),
    })
  const inLine = open(options.maxInFlight ?? 2)
  const ahead = open(1)
  const idle = async () => void (await Promise.all([inLine.idle(), ahead.idle()]))
  // Where nothing is to be overtaken, or too many would, the line is the shorter way.
  const lineOf = (turn: FlushTurn | undefined) =>
    turn === 'ahead' && inLine.isBusy && ahead.size < MOST_AHEAD ? ahead : inLine
  return {
    submit: (unit, turn) => enter(encodeUnit(unit), (pending) => lineOf(turn).add(pending)),
    drain: idle,
    close: () => {
      closing.abort()
      return idle()
    },
  }
}

const flushBatch = async (sql: Sql, batch: readonly PendingUnit[], signal: AbortSignal): Promise<void> => {
  try {
    await splitOnBadData(
      batch,
      (part) => writeUnits(sql, part, signal),
      (pending, error) => pending.resolve({ kind: 'unstorable', message: error.message }),
    )
  } catch (error) {
    // Those already answered do not hear of it: a promise settles once.
    for (const pending of batch) pending.reject(error)
  }
}

/** Sends until every unit is either written or known to be fenced. */
const writeUnits = async (sql: Sql, batch: readonly PendingUnit[], signal: AbortSignal): Promise<void> => {
  let open = batch
  while (open.length > 0) {
    const text = joinUnits(open.map((pending) => pending.request))
    const units = open.map(({ request }) => request.unit)
    const written = await whileUnreachable(() => callFlush(sql, text, units), signal)
    const unwritten = open.filter((pending) => !written.has(pending.request.unit.runId))
    for (const pending of open)
      if (written.has(pending.request.unit.runId)) pending.resolve({ kind: 'durable' })
    if (unwritten.length === 0) return
    open = await settleUnwritten(sql, unwritten, signal)
  }
}

/** Answers those whose fate is known; returns those to send again. */
const settleUnwritten = async (
  sql: Sql,
  unwritten: readonly PendingUnit[],
  signal: AbortSignal,
): Promise<PendingUnit[]> => {
  const ids = unwritten.map((pending) => pending.request.unit.runId)
  const positions = await whileUnreachable(() => readPositions(sql, ids), signal)
  const resend: PendingUnit[] = []
  for (const pending of unwritten) {
    const { unit } = pending.request
    const verdict = judgeUnwritten(unit, positions.get(unit.runId))
    if (verdict === 'resend') resend.push(pending)
    else pending.resolve({ kind: verdict })
  }
  return resend
}

const freesPlace = ({ limited, run }: FlushUnit): boolean => limited === true && isTerminal(run.status)

/**
 * The plain one, unless places are given back, waits registered (their locks would cost all others time) or snapshots
 * written.
 */
const callFlush = async (sql: Sql, text: string, units: readonly FlushUnit[]): Promise<Set<string>> => {
  const freeing = units.filter(freesPlace).map(({ runId }) => runId)
  const read = sql`ARRAY(SELECT u FROM json_populate_recordset(NULL::flush_unit, ${text}::text::json) AS u)`
  const flush = units.some(({ snapshot }) => snapshot !== undefined)
    ? sql`flush_units_with_snapshots(${read}, ${freeing}::uuid[])`
    : units.some(({ waits, children }) => waits !== undefined || children !== undefined)
      ? sql`flush_units_with_waits(${read}, ${freeing}::uuid[])`
      : freeing.length > 0
        ? sql`flush_limited_units(${read}, ${freeing}::uuid[])`
        : sql`flush_units(${read})`
  const rows = await sql<{ id: string }[]>`SELECT ${flush} AS id`
  return new Set(rows.map((row) => row.id))
}

const readPositions = async (sql: Sql, ids: readonly string[]): Promise<Map<string, RunPosition>> => {
  const rows = await sql<({ id: string } & RunPosition)[]>`
    SELECT id, epoch, last_seq AS "lastSeq" FROM runs WHERE id = ANY (${ids}::uuid[])`
  return new Map(rows.map((row) => [row.id, row]))
}
