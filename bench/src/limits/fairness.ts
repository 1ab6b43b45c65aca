import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { DefinitionInput } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { type Environment, publish } from '../environment.js'
import { percentiles, serve } from '../latency.js'
import { WORKLOADS, waitingForResult } from '../workloads.js'
import type { Figure } from './figure.js'
import { until } from './load.js'

const QUEUED = 100_000
const FIRST_RUNS = 60
const WARM_UP = 20
/** Between two first runs, so that each meets an empty queue of its workspace. Milliseconds. */
const PAUSE_MS = 100

/** How much longer a workspace waits for the result of a run while another has 100,000 queued (D19). */
export async function measureFairness(environment: Environment): Promise<Figure[]> {
  const { sql } = environment.connections.database
  const w1 = (name: string): DefinitionInput => ({ ...WORKLOADS[0]!.definition(''), name })
  await publish(sql, await newcomer(environment), waitingForResult(w1('first')))
  const served = await serve(environment)
  await latency(served.url, WARM_UP)
  const idle = await latency(served.url, FIRST_RUNS)
  const { workflowId } = await queue(environment, w1('flood'))
  const busy = await latency(served.url, FIRST_RUNS)
  const [row] = await sql<[{ left: number }]>`
    SELECT count(*)::int AS left FROM runs WHERE workflow_id = ${workflowId} AND finished_at IS NULL`
  console.error(`        first runs: p50 ${idle} ms idle, ${busy} ms beside ${row.left} of another workspace`)
  if (row.left === 0) throw new Error('the other workspace had nothing queued any more')
  await until(async () => {
    const [{ open }] = await sql<
      [{ open: number }]
    >`SELECT count(*)::int AS open FROM runs WHERE finished_at IS NULL`
    return open === 0
  })
  await served.stop()
  const figure = 'first run of a workspace while another has 100,000 queued'
  return [{ figure, bound: 'max', limit: 2, measured: busy / idle, unit: '×' }]
}

async function newcomer({ connections }: Environment): Promise<string> {
  const id = uuidv7()
  await connections.database
    .sql`INSERT INTO workspaces (id, slug, name) VALUES (${id}, 'newcomer', 'Newcomer')`
  return id
}

async function queue({ connections, workspaceId }: Environment, input: DefinitionInput) {
  const { store, database } = connections
  const published = await publish(database.sql, workspaceId, input)
  const facts = { priority: 'normal', idempotencyKey: null, requestHash: null, backlog: true } as const
  const trigger = { method: 'POST', path: 'flood', query: {}, headers: {}, body: { n: 1 } }
  const start = () => store.accept({ id: uuidv7(), workspaceId, ...published, input: trigger, ...facts })
  for (let left = QUEUED; left > 0; left -= 1_000) await Promise.all(Array.from({ length: 1_000 }, start))
  return published
}

/** Milliseconds from a webhook's request to the result of its run, the median. */
async function latency(url: string, requests: number): Promise<number> {
  const figures: number[] = []
  for (let i = 0; i < requests; i++) {
    const startedAt = performance.now()
    const answer = await fetch(`${url}/hooks/newcomer/first-result`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"n":1}',
    })
    await answer.arrayBuffer()
    if (answer.status !== 200) throw new Error(`the webhook answered ${answer.status}`)
    figures.push(performance.now() - startedAt)
    await delay(PAUSE_MS)
  }
  return percentiles(figures).p50Ms
}
