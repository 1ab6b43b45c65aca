import { type Json, stringifyJson } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { whileUnreachable } from '../batch/retry.js'

/** Something that happened outside. */
export interface NewEvent {
  readonly workspaceId: string
  /** Its sender's, or made for it: an event is taken once (I6). */
  readonly id: string
  readonly name: string
  /** What it is about: only waits for the same key take it. Empty: for waits without one. */
  readonly key: string
  readonly payload: Json
  /** The run whose step publishes it. */
  readonly sourceRunId?: string
  /** True: nobody rings for the runs it starts, they wait to be admitted to the queue (D19). */
  readonly backlog: boolean
}

export interface PublishedEvent {
  /**
   * `replayed`: this very event came before, and nothing has happened again. `id_reused`: another one had its id.
   * `too_deep`: it comes of too many events in a line, and nothing has happened.
   */
  readonly kind: 'published' | 'replayed' | 'id_reused' | 'too_deep'
  /** Runs to ring for: each has a message in its inbox. */
  readonly woken: readonly string[]
  /** New runs, one of every workflow that listens for it. */
  readonly started: readonly string[]
}

/**
 * Records an event, ends every wait that it matches (D14) and starts a run of every workflow that listens for it, in
 * one transaction: whoever dies after it has committed leaves runs that others ring for (I1). Registration of a wait
 * takes the same lock: one of the two sees the other.
 * @throws MillraceError UNAVAILABLE when the database stays away for 5 s; try again under the same id.
 */
export const publishEvent = async (sql: Sql, event: NewEvent): Promise<PublishedEvent> => {
  const { workspaceId, id, name, key, payload, sourceRunId = null, backlog } = event
  const [row] = await whileUnreachable(
    () => sql<PublishedEvent[]>`
      SELECT kind, woken, started
      FROM publish_event(${workspaceId}, ${id}, ${name}, ${key}, ${stringifyJson(payload)}::text::json,
        ${sourceRunId}, ${backlog})`,
    AbortSignal.timeout(RETRY_MS),
  )
  if (row === undefined) throw new Error('publish_event gave no row')
  return row
}

const RETRY_MS = 5_000

/** How long an event may wait for its wait (D14). */
const KEPT = '24 hours'

export const deleteOldEvents = async (sql: Sql): Promise<number> => {
  const deleted = await sql`DELETE FROM events WHERE created_at < clock_timestamp() - ${KEPT}::interval`
  return deleted.count
}
