import { readFileSync } from 'node:fs'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { BARE_TABLES, FLOOR_QUEUE, type SampleRows } from './tables.js'

/**
 * The floor program of a worker, as a process of its own: takes a job for each run at concurrency 200 and writes the rows
 * that such a run leaves, those of all jobs in hand in one transaction while another is under way. It decides nothing,
 * guards nothing and tells nobody.
 */
const { DATABASE_URL, REDIS_URL, BARE_SAMPLE } = process.env
if (DATABASE_URL === undefined || REDIS_URL === undefined || BARE_SAMPLE === undefined)
  throw new Error('DATABASE_URL, REDIS_URL or BARE_SAMPLE is not set')
const sql = postgres(DATABASE_URL, { max: 2, onnotice: () => {} })
const sample = JSON.parse(readFileSync(BARE_SAMPLE, 'utf8')) as SampleRows

interface Waiting {
  readonly runId: string
  readonly done: () => void
}
const waiting: Waiting[] = []
let writing = false
/** As many runs a transaction as the product's flush takes. */
const BATCH = 100

async function writeAll(): Promise<void> {
  if (writing) return
  writing = true
  while (waiting.length > 0) {
    const batch = waiting.splice(0, BATCH)
    const rows = BARE_TABLES.map(({ table, key }) =>
      JSON.stringify(batch.flatMap(({ runId }) => sample[table].map((row) => ({ ...row, [key]: runId })))),
    )
    await sql.begin((tx) =>
      BARE_TABLES.map(({ table }, i) =>
        tx.unsafe(
          `INSERT INTO floor_${table} SELECT * FROM jsonb_populate_recordset(NULL::floor_${table}, $1::text::jsonb)`,
          [rows[i] ?? '[]'],
        ),
      ),
    )
    for (const { done } of batch) done()
  }
  writing = false
}

const connection = new Redis(REDIS_URL, { maxRetriesPerRequest: null })
const worker = new Worker<{ runId: string }>(
  FLOOR_QUEUE,
  ({ data }) =>
    new Promise<void>((done) => {
      waiting.push({ runId: data.runId, done })
      void writeAll()
    }),
  { connection, concurrency: 200 },
)
await worker.waitUntilReady()
console.log('ready')
process.once('SIGTERM', async () => {
  await worker.close()
  await sql.end()
  connection.disconnect()
})
