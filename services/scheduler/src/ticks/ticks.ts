import { type Json, type Priority, priority as priorityClass } from '@millrace/contracts'
import { type Sql, uuidv7 } from '@millrace/db'
import type { AcceptResult, NewRun } from '@millrace/run-store'
import type { Pass } from '../loop.js'
import { type DueSchedule, type DueTick, decideTick } from './due-tick.js'

/**
 * Starts a run for every tick of every schedule: exactly one, however many schedulers there are (I6).
 *
 * Owns the due rows of `schedules` that it has taken, for a few seconds. Does not own runs: it accepts them like anyone
 * else, and no transaction is open meanwhile.
 *
 * 1. A tick's run has the key `tick:<workflow>:<node>:<UTC instant>`. It is accepted before the schedule moves on,
 *    so that a scheduler that dies in between leaves the tick due, and the next one finds its run (I6). The same holds
 *    where accepting takes longer than a schedule is held.
 * 2. Due is by the database's clock (D8).
 * 3. One bad schedule does not stop the others (D7): those whose tick has been refused come last.
 */
export interface TicksDeps {
  readonly sql: Sql
  readonly accept: (run: NewRun) => Promise<AcceptResult>
  /** Rings for a run that has been accepted. Never rejects: the sweeper makes up for what is lost. */
  readonly ring: (runId: string, priority: Priority) => void
  /** Told of each new run. */
  readonly onAccepted: () => void
  readonly onError: (error: unknown, what: string) => void
}

interface Row {
  readonly workspace_id: string
  readonly workflow_id: string
  readonly node_id: string
  readonly version_id: string
  readonly cron: string
  readonly timezone: string
  readonly misfire: string | null
  readonly priority: string | null
  /** `next_at` as the database writes it, to the microsecond. */
  readonly tick: string
  readonly next_at: number
  readonly now: number
}

const BATCH = 100
/** Of a scheduler that dies, another one takes the ticks over after this. */
const HELD_MS = 5_000
/** A schedule that cannot be worked out is looked at again after this. */
const BROKEN_PAUSE_MS = 3_600_000

export class Ticks implements Pass {
  readonly #deps: TicksDeps

  constructor(deps: TicksDeps) {
    this.#deps = deps
  }

  /**
   * Fires what is due; returns the milliseconds until the next tick. Throws where a run could not be accepted: its tick
   * stays due, and the others are done with.
   */
  async runOnce(): Promise<number | undefined> {
    const { sql } = this.#deps
    const due = await takeDue(sql)
    const starts = await Promise.allSettled(due.map((row) => this.#fire(row)))
    const refused = due.filter((_, index) => starts[index]?.status === 'rejected')
    if (refused.length > 0) {
      await release(sql, refused)
      throw new AggregateError(
        starts.flatMap((start) => (start.status === 'rejected' ? [start.reason] : [])),
        `${refused.length} ticks could not start a run`,
      )
    }
    return due.length === BATCH ? 0 : await this.#untilNext()
  }

  async #fire(row: Row): Promise<void> {
    const tick = this.#decide(row)
    if (tick.fire !== undefined) await this.#start(row, tick.fire)
    await moveOn(this.#deps.sql, row, tick)
  }

  #decide(row: Row): DueTick {
    const schedule: DueSchedule = {
      cron: row.cron,
      timezone: row.timezone,
      misfire: row.misfire === 'skip' ? 'skip' : 'latest',
      nextAt: row.next_at,
    }
    try {
      return decideTick(schedule, row.now)
    } catch (error) {
      this.#deps.onError(error, `schedule ${row.node_id} of workflow ${row.workflow_id}`)
      return { fire: undefined, next: row.now + BROKEN_PAUSE_MS }
    }
  }

  async #start(row: Row, at: number): Promise<void> {
    const scheduledAt = new Date(at).toISOString()
    const priority = priorityClass.catch('normal').parse(row.priority)
    const result = await this.#deps.accept({
      id: uuidv7(),
      workspaceId: row.workspace_id,
      workflowId: row.workflow_id,
      versionId: row.version_id,
      trigger: row.node_id,
      input: { scheduledAt } satisfies Json,
      priority,
      idempotencyKey: `tick:${row.workflow_id}:${row.node_id}:${scheduledAt}`,
      // No hash: a tick is the same tick when the workflow has been published again in between.
      requestHash: null,
    })
    if (result.kind !== 'accepted') return
    this.#deps.onAccepted()
    this.#deps.ring(result.runId, priority)
  }

  async #untilNext(): Promise<number | undefined> {
    const [row] = await this.#deps.sql<{ ms: number | null }[]>`
      SELECT (extract(epoch FROM min(greatest(next_at, held_until)) - clock_timestamp()) * 1000)::float8 AS ms
      FROM schedules WHERE next_at < 'infinity'`
    return row?.ms ?? undefined
  }
}

/**
 * A schedule that never fires again stays, and is never due. One that has moved on by another hand, or that has been
 * published anew with other times, stays as it is.
 */
const moveOn = (sql: Pick<Sql, 'unsafe'>, row: Row, { fire, next }: DueTick): Promise<unknown> =>
  sql.unsafe(
    `UPDATE schedules
     SET next_at = coalesce(to_timestamp($3::float8 / 1000), 'infinity'),
         last_tick_at = coalesce(to_timestamp($4::float8 / 1000), last_tick_at),
         held_until = NULL
     WHERE workflow_id = $1 AND node_id = $2 AND next_at = $5::text::timestamptz AND cron = $6 AND timezone = $7`,
    [row.workflow_id, row.node_id, next ?? null, fire ?? null, row.tick, row.cron, row.timezone],
  )

/**
 * Due schedules that no other scheduler works on, held for a while: those that nobody has tried first, the oldest of
 * them first.
 */
const takeDue = (sql: Pick<Sql, 'unsafe'>): Promise<Row[]> =>
  sql.unsafe<Row[]>(
    `WITH due AS (
       SELECT workflow_id, node_id FROM schedules
       WHERE next_at <= clock_timestamp() AND (held_until IS NULL OR held_until <= clock_timestamp())
       ORDER BY held_until NULLS FIRST, next_at LIMIT ${BATCH}
       FOR UPDATE SKIP LOCKED
     ), taken AS (
       UPDATE schedules s SET held_until = clock_timestamp() + ${HELD_MS} * interval '1 ms'
       FROM due WHERE s.workflow_id = due.workflow_id AND s.node_id = due.node_id
       RETURNING s.*
     )
     SELECT s.workspace_id, s.workflow_id, s.node_id, s.version_id, s.cron, s.timezone, s.next_at::text AS tick,
            trigger.params ->> 'misfire' AS misfire,
            v.definition -> 'settings' ->> 'priority' AS priority,
            (extract(epoch FROM s.next_at) * 1000)::float8 AS next_at,
            (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now
     FROM taken s
     JOIN workflow_versions v ON v.id = s.version_id
     LEFT JOIN LATERAL (
       SELECT n -> 'params' AS params FROM jsonb_array_elements(v.definition -> 'nodes') n
       WHERE n ->> 'id' = s.node_id LIMIT 1
     ) trigger ON true`,
  )

/** Whoever looks next may try them again; should this be lost, they can once they are no longer held. */
const release = (sql: Pick<Sql, 'unsafe'>, rows: readonly Row[]): Promise<unknown> =>
  sql.unsafe(
    `UPDATE schedules s SET held_until = clock_timestamp()
     FROM unnest($1::uuid[], $2::text[]) AS r (workflow_id, node_id)
     WHERE s.workflow_id = r.workflow_id AND s.node_id = r.node_id AND s.held_until > clock_timestamp()`,
    [rows.map((row) => row.workflow_id), rows.map((row) => row.node_id)],
  )
