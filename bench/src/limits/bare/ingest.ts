import { uuidv7 } from '@millrace/db'
import { Queue } from 'bullmq'
import fastify from 'fastify'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { FLOOR_QUEUE, REMOVE } from './tables.js'

/**
 * The floor of accepting a webhook, as a process of its own: a route whose requests share one insert while another
 * is under way. It checks nothing and knows no workflow. With RING=1 it adds a job for each run once it is durable, for
 * the bare worker.
 */
const url = process.env['DATABASE_URL']
if (url === undefined) throw new Error('DATABASE_URL is not set')
const sql = postgres(url, { max: 2, onnotice: () => {} })
await sql`CREATE TABLE IF NOT EXISTS bare_runs (id uuid PRIMARY KEY, input jsonb NOT NULL)`

const ring = process.env['RING'] === '1' ? new Redis(process.env['REDIS_URL'] ?? '') : undefined
const queue = ring === undefined ? undefined : new Queue(FLOOR_QUEUE, { connection: ring })

interface Waiting {
  readonly row: { readonly id: string; readonly input: unknown }
  readonly done: () => void
}
let waiting: Waiting[] = []
let inserting = false

async function insertAll(): Promise<void> {
  if (inserting) return
  inserting = true
  while (waiting.length > 0) {
    const batch = waiting
    waiting = []
    const rows = JSON.stringify(batch.map(({ row }) => row))
    await sql`INSERT INTO bare_runs SELECT * FROM jsonb_to_recordset(${rows}::text::jsonb) AS r (id uuid, input jsonb)`
    for (const { done } of batch) done()
    const jobs = batch.map(({ row }) => ({ name: 'run', data: { runId: row.id }, opts: REMOVE }))
    queue?.addBulk(jobs).catch(console.error)
  }
  inserting = false
}

const app = fastify()
app.post('/', async (request, reply) => {
  const row = { id: uuidv7(), input: request.body }
  await new Promise<void>((done) => {
    waiting.push({ row, done })
    void insertAll()
  })
  return reply.status(202).send({ runId: row.id })
})
console.log(await app.listen({ port: 0, host: '127.0.0.1' }))
process.once('SIGTERM', async () => {
  await app.close()
  await queue?.close()
  ring?.disconnect()
  await sql.end()
})
