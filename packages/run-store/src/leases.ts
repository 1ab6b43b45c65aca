import type { Sql } from '@millrace/db'

/** Lease rows of worker processes (D9). Durations in milliseconds; every time is the database's (D8). */

/** Makes the worker known, with a fresh lease. Has to be done before its first claim. */
export const registerWorker = async (
  sql: Sql,
  workerId: string,
  name: string,
  leaseMs: number,
): Promise<{ now: number }> => {
  const [row] = await sql<[{ now: number }]>`
    INSERT INTO workers (id, name, lease_ms, lease_until)
    VALUES (${workerId}, ${name}, ${leaseMs}, clock_timestamp() + ${leaseMs} * interval '1 ms')
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, lease_ms = excluded.lease_ms,
      lease_until = excluded.lease_until, renewed_at = clock_timestamp()
    RETURNING (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`
  return row
}

/**
 * Renews the lease of all the worker's runs in one statement. A lapsed one may be renewed too: runs taken meanwhile
 * are fenced by their epoch (I3).
 * @returns undefined when the worker is not known (any more): register it again.
 */
export const renewLease = async (
  sql: Sql,
  workerId: string,
  leaseMs: number,
): Promise<{ now: number } | undefined> => {
  const [row] = await sql<{ now: number }[]>`
    UPDATE workers SET lease_ms = ${leaseMs}, renewed_at = clock_timestamp(),
      lease_until = clock_timestamp() + ${leaseMs} * interval '1 ms'
    WHERE id = ${workerId}
    RETURNING (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`
  return row
}

/** Says goodbye: runs it still owns are free at once, and do not count as crashed (D12, D13). */
export const removeWorker = async (sql: Sql, workerId: string): Promise<void> => {
  await sql`DELETE FROM workers WHERE id = ${workerId}`
}

/** Forgets workers whose lease ran out over a minute ago and whose runs have all been taken over. */
export const deleteDeadWorkers = async (sql: Sql): Promise<number> => {
  const deleted = await sql`
    DELETE FROM workers w WHERE lease_until < clock_timestamp() - interval '1 minute'
      AND NOT EXISTS (SELECT FROM runs r WHERE r.worker_id = w.id)`
  return deleted.count
}

/**
 * Milliseconds until the next lease of a worker runs out, if it is not renewed; undefined when there is none. That is
 * when its runs can be taken over, so the sweeper need not be late for it.
 */
export const untilNextLapse = async (sql: Sql): Promise<number | undefined> => {
  const [row] = await sql<[{ ms: number | null }]>`
    SELECT (extract(epoch FROM min(lease_until) - clock_timestamp()) * 1000)::float8 AS ms
    FROM workers WHERE lease_until > clock_timestamp()`
  return row.ms ?? undefined
}

/** The database's clock in milliseconds since the epoch (D8). */
export const databaseNow = async (sql: Sql): Promise<number> => {
  const [row] = await sql<[{ now: number }]>`
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`
  return row.now
}
