import { uuidv7 } from '@millrace/db'
import fastify from 'fastify'
import postgres from 'postgres'

/**
 * The floor of accepting a webhook, as a process of its own: a route whose requests share one insert while another
 * is under way. It checks nothing, knows no workflow and rings no doorbell.
 */
const url = process.env['DATABASE_URL']
if (url === undefined) throw new Error('DATABASE_URL is not set')
const sql = postgres(url, { max: 2, onnotice: () => {} })
await sql`CREATE TABLE IF NOT EXISTS bare_runs (id uuid PRIMARY KEY, input jsonb NOT NULL)`

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
process.once('SIGTERM', () => app.close().then(() => sql.end()))
