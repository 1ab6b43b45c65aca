import type { Sql } from '@millrace/db'
import type { Load } from './load.js'
import type { Upstream } from './upstream.js'
import { ORDER, WRITES } from './workflow.js'

/** What is found after everything has come to rest. All but the first two must be 0. */
export interface Findings {
  readonly accepted: number
  readonly completed: number
  /** Answered with 2xx and without a row, or not terminal. */
  readonly lost: number
  /** Steps completed twice, runs finished twice, deliveries with two runs, writes under two keys. */
  readonly repeated: number
  readonly seqGaps: number
  /** Flushes of an old epoch that were written. */
  readonly staleWrites: number
  /** Flushes of an old epoch that were refused: shows that the fault did try. */
  readonly fenced: number
  /** Completed writes that never reached the outside. */
  readonly unseen: number
  /** Runs by how they ended, if not well: `failed POISON`. */
  readonly badEnds: Readonly<Record<string, number>>
}

export async function judge(sql: Sql, load: Load, upstream: Upstream): Promise<Findings> {
  const accepted = [...load.accepted.values()].flatMap((runIds) => [...runIds])
  const [runs] = await sql<[{ known: number; completed: number; open: number; gaps: number; ends: number }]>`
    SELECT count(*) FILTER (WHERE r.id = ANY (${accepted}::uuid[]))::int AS known,
      count(*) FILTER (WHERE r.status = 'completed')::int AS completed,
      count(*) FILTER (WHERE r.finished_at IS NULL)::int AS open,
      count(*) FILTER (WHERE e.events <> r.last_seq OR e.first <> 1 OR e.last <> r.last_seq)::int AS gaps,
      count(*) FILTER (WHERE r.finished_at IS NOT NULL AND e.ends <> 1)::int AS ends
    FROM runs r LEFT JOIN LATERAL (
      SELECT count(*)::int AS events, min(seq) AS first, max(seq) AS last,
        count(*) FILTER (WHERE event ->> 'type' = 'run_finished')::int AS ends
      FROM run_events WHERE run_id = r.id
    ) e ON true`
  const [stale] = await sql<[{ accepted: number; refused: number }]>`
    SELECT count(*) FILTER (WHERE accepted)::int AS accepted, count(*) FILTER (WHERE NOT accepted)::int AS refused
    FROM chaos_stale_flushes`
  const twoRuns = [...load.accepted.values()].filter((runIds) => runIds.size > 1).length
  const effects = await judgeEffects(sql, upstream)
  return {
    accepted: accepted.length,
    completed: runs.completed,
    lost: accepted.length - runs.known + runs.open,
    repeated: (await repeatedSteps(sql)) + runs.ends + twoRuns + effects.unknown,
    seqGaps: runs.gaps,
    staleWrites: stale.accepted,
    fenced: stale.refused,
    unseen: effects.unseen,
    badEnds: await badEnds(sql),
  }
}

const badEnds = async (sql: Sql): Promise<Record<string, number>> => {
  const rows = await sql<{ how: string; count: number }[]>`
    SELECT concat_ws(' ', status, error ->> 'code') AS how, count(*)::int AS count
    FROM runs WHERE status <> 'completed' GROUP BY 1`
  return Object.fromEntries(rows.map(({ how, count }) => [how, count]))
}

const repeatedSteps = async (sql: Sql): Promise<number> => {
  const [row] = await sql<[{ count: number }]>`
    SELECT count(*)::int AS count FROM (
      SELECT FROM run_events WHERE event ->> 'type' = 'step_succeeded'
      GROUP BY run_id, event ->> 'path' HAVING count(*) > 1) twice`
  return row.count
}

/** Every write of a completed run was seen under its one key, and no key was seen that belongs to no write. */
const judgeEffects = async (sql: Sql, upstream: Upstream) => {
  const orders = await sql<{ id: string }[]>`
    SELECT r.id FROM runs r JOIN workflows w ON w.id = r.workflow_id
    WHERE w.name = ${ORDER} AND r.status = 'completed'`
  const keys = new Set(orders.flatMap(({ id }) => WRITES.map((step) => `${id}:${step}`)))
  const unseen = [...keys].filter((key) => !upstream.calls.has(key)).length
  const ended = new Set(orders.map(({ id }) => id))
  const unknown = [...upstream.calls.keys()].filter(
    (key) => ended.has(key.split(':')[0] ?? '') && !keys.has(key),
  )
  return { unseen, unknown: unknown.filter((key) => !key.endsWith(':look')).length }
}
