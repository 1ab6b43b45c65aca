import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { postFrom } from '../callers.js'
import { type Environment, publish } from '../environment.js'
import { type Ingested, measureIngest } from '../ingest.js'
import { serve } from '../latency.js'
import { WORKLOADS } from '../workloads.js'
import { openBarePipeline } from './bare/pipeline.js'
import { type Figure, median } from './figure.js'
import { until } from './load.js'

const CALLERS = 50
const REQUESTS = 5_000
/** Of both in turn, so that neither has the machine in a better hour. */
const ROUNDS = 5
const BARE = fileURLToPath(new URL('./bare/ingest.js', import.meta.url))

/**
 * Webhooks posted by 50 callers, next to a bare route that only inserts the same rows, grouped: by themselves, then each
 * beside its worker, the product's and the floor program's, in turns. Each caller posts again as soon as it is answered,
 * so that the machine is as full as either can make it.
 */
export async function measureIngestLimits(environment: Environment): Promise<Figure[]> {
  const { sql } = environment.connections.database
  await publish(sql, environment.workspaceId, { ...WORKLOADS[0]!.definition(''), name: 'w1' })
  const bare = await bareAlone(environment)
  const accepting = await acceptedPerSecond(environment)
  const { acknowledgement, endToEnd } = await besideWorkers(environment)
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
      measured: acknowledgement,
      unit: '×',
    },
    {
      figure: 'end to end, 50 callers (W1), against the bare route and the floor program',
      bound: 'min',
      limit: 0.5,
      measured: endToEnd,
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

/** The product against the bare route and the floor program: of all rounds, the median of their ratios. */
async function besideWorkers(environment: Environment) {
  const served = await serve(environment)
  await allFinished(environment)
  const product = (requests: number) => measureIngest(environment, served, 'w1', requests, CALLERS)
  await product(REQUESTS / 5)
  const { sql } = environment.connections.database
  const [sample] = await sql<[{ id: string }]>`
    SELECT r.id FROM runs r JOIN workflows w ON w.id = r.workflow_id WHERE w.name = 'w1' LIMIT 1`
  const bare = await openBare(environment, sample.id)
  await bare.measure(REQUESTS / 5)
  const rounds: { readonly acknowledgement: number; readonly endToEnd: number }[] = []
  for (let round = 0; round < ROUNDS; round++)
    rounds.push(compared(await product(REQUESTS), await bare.measure(REQUESTS)))
  await bare.close()
  await served.stop()
  return {
    acknowledgement: median(rounds.map((round) => round.acknowledgement)),
    endToEnd: median(rounds.map((round) => round.endToEnd)),
  }
}

type Measured = Pick<Ingested, 'acknowledgement' | 'endToEndPerSecond'>

function compared(product: Measured, bare: Measured) {
  const [ours, theirs] = [product.acknowledgement, bare.acknowledgement]
  console.error(
    `        beside a worker: p50 ${ours.p50Ms.toFixed(1)} of ${theirs.p50Ms.toFixed(1)} ms, ` +
      `p99 ${ours.p99Ms.toFixed(1)} of ${theirs.p99Ms.toFixed(1)} ms, ` +
      `${product.endToEndPerSecond.toFixed(0)} of ${bare.endToEndPerSecond.toFixed(0)} runs/s end to end`,
  )
  return {
    acknowledgement: ours.p99Ms / theirs.p99Ms,
    endToEnd: product.endToEndPerSecond / bare.endToEndPerSecond,
  }
}

const allFinished = ({ connections }: Environment): Promise<void> =>
  until(async () => {
    const [row] = await connections.database.sql<
      [{ open: number }]
    >`SELECT count(*)::int AS open FROM runs WHERE finished_at IS NULL`
    return row.open === 0
  })

async function openBare(environment: Environment, sampleRunId: string) {
  const pipeline = await openBarePipeline(environment, sampleRunId)
  const route = await startBareRoute(environment, { RING: '1' })
  return {
    async measure(requests: number): Promise<Measured> {
      const before = await pipeline.written()
      const startedAt = performance.now()
      const { acknowledgement } = await postFrom(CALLERS, route.url, requests)
      await until(async () => (await pipeline.written()) >= before + requests)
      return { endToEndPerSecond: (requests * 1_000) / (performance.now() - startedAt), acknowledgement }
    },
    async close() {
      await route.stop()
      await pipeline.close()
    },
  }
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
