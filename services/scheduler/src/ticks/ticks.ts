import { type Json, type Priority, priority as priorityClass } from '@millrace/contracts'
import { type Sql, uuidv7 } from '@millrace/db'
import type { AcceptResult, NewRun } from '@millrace/run-store'
import type { Pass } from '../loop.js'
import { type DueSchedule, type DueTick, decideTick } from './due-tick.js'

/**
 * Starts a run for every tick of every schedule: exactly one, however many schedulers there are (I6).
 *
 * Owns the rows of `schedules` while it holds their locks. Does not own runs: it accepts them like anyone else.
 *
 * 1. A tick's run has the key `tick:<workflow>:<node>:<UTC instant>`. It is accepted before the schedule moves on,
 *    so that a scheduler that dies in between leaves the tick due, and the next one finds its run (I6).
 * 2. Due is by the database's clock (D8).
 * 3. One bad schedule does not stop the others (D7).
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
  readonly next_at: number
  readonly now: number
}

const BATCH = 100
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
    const { fired, failures } = await this.#deps.sql.begin(async (sql) => {
      const due = await lockDue(sql)
      // All have come to their end before the transaction does: nothing is left that would go on with its connection.
      const starts = await Promise.allSettled(due.map((row) => this.#fire(row)))
      for (const [index, start] of starts.entries())
        if (start.status === 'fulfilled') await moveOn(sql, due[index]!, start.value)
      return { fired: due.length, failures: starts.filter((start) => start.status === 'rejected') }
    })
    if (failures.length > 0)
      throw new AggregateError(
        failures.map(({ reason }) => reason),
        `${failures.length} ticks could not start a run`,
      )
    return fired === BATCH ? 0 : await this.#untilNext()
  }

  async #fire(row: Row): Promise<DueTick> {
    const tick = this.#decide(row)
    if (tick.fire !== undefined) await this.#start(row, tick.fire)
    return tick
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
      SELECT (extract(epoch FROM min(next_at) - clock_timestamp()) * 1000)::float8 AS ms
      FROM schedules WHERE next_at < 'infinity'`
    return row?.ms ?? undefined
  }
}

/** A schedule that never fires again stays, and is never due. */
const moveOn = (sql: Pick<Sql, 'unsafe'>, row: Row, { fire, next }: DueTick): Promise<unknown> =>
  sql.unsafe(
    `UPDATE schedules
     SET next_at = coalesce(to_timestamp($3::float8 / 1000), 'infinity'),
         last_tick_at = coalesce(to_timestamp($4::float8 / 1000), last_tick_at)
     WHERE workflow_id = $1 AND node_id = $2`,
    [row.workflow_id, row.node_id, next ?? null, fire ?? null],
  )

/** Due schedules that no other scheduler is working on, oldest first. */
const lockDue = (sql: Pick<Sql, 'unsafe'>): Promise<Row[]> =>
  sql.unsafe<Row[]>(
    `SELECT s.workspace_id, s.workflow_id, s.node_id, s.version_id, s.cron, s.timezone,
            trigger.params ->> 'misfire' AS misfire,
            v.definition -> 'settings' ->> 'priority' AS priority,
            (extract(epoch FROM s.next_at) * 1000)::float8 AS next_at,
            (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now
     FROM schedules s
     JOIN workflow_versions v ON v.id = s.version_id
     LEFT JOIN LATERAL (
       SELECT n -> 'params' AS params FROM jsonb_array_elements(v.definition -> 'nodes') n
       WHERE n ->> 'id' = s.node_id LIMIT 1
     ) trigger ON true
     WHERE s.next_at <= clock_timestamp()
     ORDER BY s.next_at LIMIT ${BATCH}
     FOR UPDATE OF s SKIP LOCKED`,
  )
