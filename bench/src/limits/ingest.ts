import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { type Environment, publish } from '../environment.js'
import { measureIngest } from '../ingest.js'
import { percentiles, serve } from '../latency.js'
import { WORKLOADS } from '../workloads.js'
import type { Figure } from './figure.js'

const CALLERS = 50
const REQUESTS = 5_000
const BARE = fileURLToPath(new URL('./bare-ingest.js', import.meta.url))

/** Webhooks posted by 50 callers, next to a bare route that only inserts the same rows, grouped. */
export async function measureIngestLimits(environment: Environment): Promise<Figure[]> {
  const { sql } = environment.connections.database
  await publish(sql, environment.workspaceId, { ...WORKLOADS[0]!.definition(''), name: 'w1' })
  const bare = await barePerSecond(environment)
  const served = await serve(environment)
  await measureIngest(environment, served, 'w1', REQUESTS / 5, CALLERS)
  const ingest = await measureIngest(environment, served, 'w1', REQUESTS, CALLERS)
  await served.stop()
  const { p99Ms } = ingest.acknowledgement
  return [
    {
      figure: 'webhooks acknowledged against a bare grouped insert',
      bound: 'min',
      limit: 0.5,
      measured: ingest.acknowledgedPerSecond / bare,
      unit: '×',
    },
    { figure: 'acknowledgement p99, 50 callers', bound: 'max', limit: 60, measured: p99Ms, unit: 'ms' },
    {
      figure: 'end to end, 50 callers (W1)',
      bound: 'min',
      limit: 1_300,
      measured: ingest.endToEndPerSecond,
      unit: 'runs/s',
    },
  ]
}

async function barePerSecond({ env }: Environment): Promise<number> {
  const server = spawn(process.execPath, [BARE], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  const url = line.toString().trim()
  await post(url, REQUESTS / 5)
  const perSecond = await post(url, REQUESTS)
  server.kill('SIGTERM')
  await once(server, 'exit')
  return perSecond
}

async function post(url: string, requests: number): Promise<number> {
  let left = requests
  const figures: number[] = []
  const call = async () => {
    while (left-- > 0) {
      const sentAt = performance.now()
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"n":1}' }
      const answer = await fetch(url, init)
      await answer.arrayBuffer()
      if (answer.status !== 202) throw new Error(`the bare route answered ${answer.status}`)
      figures.push(performance.now() - sentAt)
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: CALLERS }, call))
  console.error(`        bare route: p99 ${percentiles(figures).p99Ms.toFixed(1)} ms`)
  return (requests * 1_000) / (performance.now() - startedAt)
}
