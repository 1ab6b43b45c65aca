import type { ConnectionOptions } from 'node:tls'
import { runMigrations } from 'bullmq'
import { Client } from 'pg'
import { ANSWER_MS } from '../bullmq/settings.js'

/** As `forDriver` and `sslOfPg` give it. */
export interface Server {
  readonly url: string
  readonly ssl: false | ConnectionOptions
}

/**
 * Brings the queue's schema up to date on a session of its own. Any number of processes may do so at once: both
 * parts take an advisory lock.
 */
export async function migrateQueue({ url, ssl }: Server, schema: string): Promise<void> {
  const client = new Client({ connectionString: url, ssl, connectionTimeoutMillis: ANSWER_MS })
  client.on('error', () => undefined) // the query in hand rejects with the same
  await client.connect()
  try {
    await runMigrations(client, schema)
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`millrace.queue.${schema}`])
    await client.query(`CREATE TABLE IF NOT EXISTS "${schema}".generation (queue text PRIMARY KEY)`)
    await client.query(
      `ALTER TABLE "${schema}".generation ADD COLUMN IF NOT EXISTS mark text NOT NULL DEFAULT ''`,
    )
    await client.query('COMMIT')
  } finally {
    await client.end().catch(() => undefined)
  }
}
