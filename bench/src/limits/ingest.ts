import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { postFrom } from '../callers.js'
import { type Environment, publish } from '../environment.js'
import { measureIngest } from '../ingest.js'
import { serve } from '../latency.js'
import { WORKLOADS } from '../workloads.js'
import type { Figure } from './figure.js'
import { until } from './load.js'

const CALLERS = 50
const REQUESTS = 5_000
const BARE = fileURLToPath(new URL('./bare-ingest.js', import.meta.url))

/** Webhooks posted by 50 callers, next to a bare route that only inserts the same rows, grouped. */
export async function measureIngestLimits(environment: Environment): Promise<Figure[]> {
  const { sql } = environment.connections.database
  await publish(sql, environment.workspaceId, { ...WORKLOADS[0]!.definition(''), name: 'w1' })
  const bare = await barePerSecond(environment)
  const accepting = await acceptedPerSecond(environment)
  const served = await serve(environment)
  await until(async () => {
    const [row] = await sql<
      [{ open: number }]
    >`SELECT count(*)::int AS open FROM runs WHERE finished_at IS NULL`
    return row.open === 0
  })
  await measureIngest(environment, served, 'w1', REQUESTS / 5, CALLERS)
  const ingest = await measureIngest(environment, served, 'w1', REQUESTS, CALLERS)
  await served.stop()
  const { p99Ms } = ingest.acknowledgement
  return [
    {
      figure: 'webhooks acknowledged against a bare grouped insert',
      bound: 'min',
      limit: 0.5,
      measured: accepting / bare,
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

/** As the bare route, with no worker that takes its share of the machine; what is accepted waits. */
async function acceptedPerSecond(environment: Environment): Promise<number> {
  const served = await serve(environment, 0)
  const url = `${served.url}/hooks/default/w1`
  await postFrom(CALLERS, url, REQUESTS / 5)
  const { perSecond } = await postFrom(CALLERS, url, REQUESTS)
  await served.stop()
  return perSecond
}

async function barePerSecond({ env }: Environment): Promise<number> {
  const server = spawn(process.execPath, [BARE], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  const url = line.toString().trim()
  await postFrom(CALLERS, url, REQUESTS / 5)
  const { perSecond, acknowledgement } = await postFrom(CALLERS, url, REQUESTS)
  console.error(`        bare route: p99 ${acknowledgement.p99Ms.toFixed(1)} ms`)
  server.kill('SIGTERM')
  await once(server, 'exit')
  return perSecond
}
