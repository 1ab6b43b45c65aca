import type { Json, RunEvent, RunSeed, RunStatus } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { readInbox } from '../inbox.js'
import type { ClaimedRun, FormerOwner } from '../types.js'
import { NO_SEEDS, resolveSeeds } from './seeds.js'
import { readSnapshots, SNAPSHOT_FROM } from './snapshots.js'

/** A row of `claim_runs_and_owners`. */
export interface ClaimRow {
  readonly id: string
  readonly workspace_id: string
  readonly workflow_id: string
  readonly version_id: string
  readonly status: RunStatus
  readonly trigger: string
  readonly input: Json
  readonly epoch: number
  readonly last_seq: number
  readonly crash_count: number
  readonly origin_run_id: string | null
  readonly parent_run_id: string | null
  readonly seed: RunSeed | null
  readonly created_at: number
  readonly started_at: number | null
  readonly has_inbox: boolean
  readonly now: number
  /** With `left_how`: the owner that has left it, where the claim has found one. */
  readonly left_by?: string | null
  readonly left_how?: FormerOwner['how'] | null
}

/**
 * Adds events and inbox to claimed runs, reading after the claim has committed (D2). A fresh run needs no reading.
 * A run that has events beyond its claim is left out: only an epoch after this one can have written them, so it is
 * somebody else's by now (I3), as when a cancel takes it right after the claim (D15).
 */
export const assembleRuns = async (sql: Sql, rows: readonly ClaimRow[]): Promise<Map<string, ClaimedRun>> => {
  const long = rows.filter((row) => row.last_seq >= SNAPSHOT_FROM).map((row) => row.id)
  const snapshots = await readSnapshots(sql, long)
  const started = rows.filter((row) => row.last_seq > 0 && !snapshots.has(row.id)).map((row) => row.id)
  const spokenTo = rows.filter((row) => row.has_inbox).map((row) => row.id)
  const [events, inbox] = await Promise.all([
    started.length === 0 ? undefined : readAllEvents(sql, started),
    spokenTo.length === 0 ? undefined : readInbox(sql, spokenTo),
  ])
  const runs = await Promise.all(
    rows.map(async (row) => {
      const snapshot = snapshots.get(row.id) ?? null
      const past = snapshot === null ? events?.get(row.id) : await readEventsAfter(sql, row.id, snapshot.seq)
      return toClaimedRun(row, snapshot, past ?? [], inbox?.get(row.id) ?? [])
    }),
  )
  const ours = runs.filter((run) => endOf(run) <= run.lastSeq)
  const seeds = new Map(rows.map(({ id, seed }) => [id, seed]))
  const seeded = await Promise.all(
    ours.map((run) => {
      const seed = seeds.get(run.id)
      return seed == null ? run : withSeeds(sql, run, seed)
    }),
  )
  return new Map(seeded.map((run) => [run.id, run]))
}

/** The last event that was read. */
const endOf = ({ events, snapshot }: ClaimedRun): number => events.at(-1)?.seq ?? snapshot?.seq ?? 0

const withSeeds = async (sql: Sql, run: ClaimedRun, seed: RunSeed): Promise<ClaimedRun> => ({
  ...run,
  seeds: await resolveSeeds(sql, run, seed),
})

const readAllEvents = async (sql: Sql, ids: readonly string[]): Promise<Map<string, RunEvent[]>> => {
  const rows = await sql<{ run_id: string; event: RunEvent }[]>`
    SELECT run_id, event FROM run_events WHERE run_id = ANY (${ids}::uuid[]) ORDER BY run_id, seq`
  const events = new Map<string, RunEvent[]>()
  for (const row of rows) {
    const list = events.get(row.run_id)
    if (list === undefined) events.set(row.run_id, [row.event])
    else list.push(row.event)
  }
  return events
}

const readEventsAfter = async (sql: Sql, id: string, seq: number): Promise<RunEvent[]> => {
  const rows = await sql<{ event: RunEvent }[]>`
    SELECT event FROM run_events WHERE run_id = ${id} AND seq > ${seq} ORDER BY seq`
  return rows.map(({ event }) => event)
}

const toClaimedRun = (
  row: ClaimRow,
  snapshot: ClaimedRun['snapshot'],
  events: ClaimedRun['events'],
  inbox: ClaimedRun['inbox'],
): ClaimedRun => ({
  id: row.id,
  workspaceId: row.workspace_id,
  workflowId: row.workflow_id,
  versionId: row.version_id,
  status: row.status,
  trigger: row.trigger,
  input: row.input,
  epoch: row.epoch,
  lastSeq: row.last_seq,
  crashCount: row.crash_count,
  originRunId: row.origin_run_id,
  parentRunId: row.parent_run_id,
  keyRunId: row.seed?.keyRunId ?? row.id,
  seeds: NO_SEEDS,
  undo: row.seed?.undo,
  createdAt: row.created_at,
  startedAt: row.started_at,
  now: row.now,
  leftBy:
    row.left_by != null && row.left_how != null ? { workerId: row.left_by, how: row.left_how } : undefined,
  snapshot,
  events,
  inbox,
})
