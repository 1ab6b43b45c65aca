import { parseJson, stringifyJson } from '@millrace/contracts'
import { forDriver, forPostgresJs } from '@millrace/postgres-url'
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import type { INGEST_ROLE } from './ingest-role.js'
import * as schema from './schema/index.js'

export type Sql = postgres.Sql
export type DrizzleDatabase = PostgresJsDatabase<typeof schema>

export interface OpenOptions {
  /** Connections at most; default 10. */
  readonly max?: number
  /** Shown in `pg_stat_activity`; default `millrace`. */
  readonly applicationName?: string
  /** What the connections may do, instead of all that the user may. */
  readonly role?: typeof INGEST_ROLE
  /** Prepared statements; default true. Off behind a pooler that does not know them. */
  readonly prepare?: boolean
}

export interface Database {
  readonly sql: Sql
  readonly db: DrizzleDatabase
  /** Waits up to 5 s for statements in hand, then closes every connection. */
  close(): Promise<void>
}

/** Seconds. A database that restarts is found again within a second, not after postgres.js' own 20 s. */
const reconnectDelay = (retries: number): number => Math.min(0.05 * 2 ** retries, 1)

/**
 * One pool for both ways to the database: `db` for CRUD, `sql` where every microsecond counts.
 *
 * How JSON goes in: always as text that Postgres parses (`${stringifyJson(x)}::text::json`), never as an
 * object. Drizzle does the same, and switches this pool's own JSON encoding off; the `::text` makes a statement
 * right on either kind of pool. How it comes out: parsed by `parseJson`, so that big integers keep their digits. Timestamps come out of `sql` as text: select
 * `extract(epoch from t) * 1000` where a number is wanted.
 */
export const openDatabase = (url: string, options: OpenOptions = {}): Database => {
  const driver = forDriver(url)
  const sql = postgres(driver.url, {
    ...forPostgresJs(driver),
    max: options.max ?? 10,
    connect_timeout: 10,
    backoff: reconnectDelay,
    onnotice: () => {},
    prepare: options.prepare ?? true,
    types: { json: { to: 114, from: [114, 3802], serialize: stringifyJson, parse: parseJson } },
    connection: {
      application_name: options.applicationName ?? 'millrace',
      ...(options.role === undefined ? {} : { role: options.role }),
    },
  })
  return { sql, db: drizzle(sql, { schema }), close: () => sql.end({ timeout: 5 }) }
}
