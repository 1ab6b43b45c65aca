import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { postFrom } from '../callers.js'
import { type Environment, publish } from '../environment.js'
import { measureIngest } from '../ingest.js'
import { serve } from '../latency.js'
import { WORKLOADS } from '../workloads.js'
import { openBarePipeline } from './bare/pipeline.js'
import type { Figure } from './figure.js'
import { until } from './load.js'

const CALLERS = 50
const REQUESTS = 5_000
const BARE = fileURLToPath(new URL('./bare/ingest.js', import.meta.url))

/**
 * Webhooks posted by 50 callers, next to a bare route that only inserts the same rows, grouped: by themselves, then each
 * beside its worker, the product's and the floor program's.
 */
export async function measureIngestLimits(environment: Environment): Promise<Figure[]> {
  const { sql } = environment.connections.database
  await publish(sql, environment.workspaceId, { ...WORKLOADS[0]!.definition(''), name: 'w1' })
  const bare = await bareAlone(environment)
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
  const [sample] = await sql<[{ id: string }]>`
    SELECT r.id FROM runs r JOIN workflows w ON w.id = r.workflow_id WHERE w.name = 'w1' LIMIT 1`
  const floor = await bareBesideWorker(environment, sample.id)
  const { p99Ms } = ingest.acknowledgement
  console.error(
    `        beside a worker: p99 ${p99Ms.toFixed(1)} of ${floor.p99Ms.toFixed(1)} ms, ` +
      `${ingest.endToEndPerSecond.toFixed(0)} of ${floor.endToEndPerSecond.toFixed(0)} runs/s end to end`,
  )
  return [
    {
      figure: 'webhooks acknowledged against a bare grouped insert',
      bound: 'min',
      limit: 0.5,
      measured: accepting / bare,
      unit: '×',
    },
    {
      figure: 'acknowledgement p99 beside a worker, against the bare route beside the floor program',
      bound: 'max',
      limit: 1.5,
      measured: p99Ms / floor.p99Ms,
      unit: '×',
    },
    {
      figure: 'end to end, 50 callers (W1), against the bare route and the floor program',
      bound: 'min',
      limit: 0.5,
      measured: ingest.endToEndPerSecond / floor.endToEndPerSecond,
      unit: '×',
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

async function bareAlone(environment: Environment): Promise<number> {
  const route = await startBareRoute(environment, {})
  await postFrom(CALLERS, route.url, REQUESTS / 5)
  const { perSecond } = await postFrom(CALLERS, route.url, REQUESTS)
  await route.stop()
  return perSecond
}

async function bareBesideWorker(environment: Environment, sampleRunId: string) {
  const pipeline = await openBarePipeline(environment, sampleRunId)
  const route = await startBareRoute(environment, { RING: '1' })
  const post = async (requests: number) => {
    const before = await pipeline.written()
    const startedAt = performance.now()
    const { acknowledgement } = await postFrom(CALLERS, route.url, requests)
    await until(async () => (await pipeline.written()) >= before + requests)
    const endToEndPerSecond = (requests * 1_000) / (performance.now() - startedAt)
    return { endToEndPerSecond, p99Ms: acknowledgement.p99Ms }
  }
  await post(REQUESTS / 5)
  const floor = await post(REQUESTS)
  await route.stop()
  await pipeline.close()
  return floor
}

async function startBareRoute({ env }: Environment, settings: Record<string, string>) {
  const server = spawn(process.execPath, [BARE], {
    env: { ...process.env, ...env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  return {
    url: line.toString().trim(),
    async stop() {
      server.kill('SIGTERM')
      await once(server, 'exit')
    },
  }
}
