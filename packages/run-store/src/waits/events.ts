import type { Json } from '@millrace/contracts'
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
}

export interface PublishedEvent {
  /** `replayed`: this very event came before, and nothing has happened again. `id_reused`: another one had its id. */
  readonly kind: 'published' | 'replayed' | 'id_reused'
  /** Runs to ring for: each has a message in its inbox. */
  readonly woken: readonly string[]
}

/**
 * Records an event and ends every wait that it matches, in one transaction (D14). Registration of a wait takes the
 * same lock: one of the two sees the other.
 * @throws MillraceError UNAVAILABLE when the database stays away for 5 s; try again under the same id.
 */
export const publishEvent = async (sql: Sql, event: NewEvent): Promise<PublishedEvent> => {
  const { workspaceId, id, name, key, payload } = event
  const [row] = await whileUnreachable(
    () => sql<PublishedEvent[]>`
      SELECT kind, woken
      FROM publish_event(${workspaceId}, ${id}, ${name}, ${key}, ${JSON.stringify(payload)}::text::jsonb)`,
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
