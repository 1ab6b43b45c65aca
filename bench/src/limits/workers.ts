import { uuidv7 } from '@millrace/db'
import type { Environment } from '../environment.js'
import { WORKLOADS, type Workload } from '../workloads.js'
import { openBarePipeline } from './bare/pipeline.js'
import type { Figure } from './figure.js'
import type { Load } from './load.js'
import { until } from './load.js'
import { cpuMsOf, memoryOf } from './process-usage.js'

const HELD = 5_000
const RUNS = 3_000
const WARM = 2_000

const workload = (name: Workload['name']): Workload => {
  const found = WORKLOADS.find((each) => each.name === name)
  if (found === undefined) throw new Error(`there is no workload ${name}`)
  return found
}

/**
 * CPU of a warm worker, against that of the floor program for the same rows: of one more run of W1, and of each step that
 * W2 has more than W1.
 */
export async function measureCpu(environment: Environment, load: Load): Promise<Figure[]> {
  const w1 = await cpuUsOfRun(environment, load, workload('W1'))
  const w2 = await cpuUsOfRun(environment, load, workload('W2'))
  const steps = 7
  console.error(
    `        µs of CPU, product and floor: a run ${w1.product.toFixed(0)} and ${w1.floor.toFixed(0)}, ` +
      `a step ${((w2.product - w1.product) / steps).toFixed(0)} and ${((w2.floor - w1.floor) / steps).toFixed(0)}`,
  )
  return [
    {
      figure: 'worker CPU a run (W1), against the floor program',
      bound: 'max',
      limit: 2,
      measured: w1.product / w1.floor,
      unit: '×',
    },
    {
      figure: 'worker CPU a pure step (W2 − W1), against a run of the floor program',
      bound: 'max',
      limit: 0.25,
      measured: (w2.product - w1.product) / steps / w1.floor,
      unit: '×',
    },
  ]
}

async function cpuUsOfRun(
  environment: Environment,
  load: Load,
  { definition }: Workload,
): Promise<{ product: number; floor: number }> {
  const input = definition('')
  const { pid } = load.startWorker()
  const warm = await load.accept({ ...input, name: `${input.name}-warm` }, WARM)
  await load.finished(warm, WARM)
  const before = await cpuMsOf(pid)
  const measured = await load.accept({ ...input, name: `${input.name}-cpu` }, RUNS)
  await load.finished(measured, RUNS)
  const used = (await cpuMsOf(pid)) - before
  await load.stopWorkers()
  const [sample] = await environment.connections.database.sql<[{ id: string }]>`
    SELECT id FROM runs WHERE workflow_id = ${measured.workflowId} LIMIT 1`
  const pipeline = await openBarePipeline(environment, sample.id)
  const floor = await pipeline.cpuUsOfRun(RUNS, WARM)
  await pipeline.close()
  return { product: (used * 1_000) / RUNS, floor }
}

/** Runs that wait on a slow server, all held by one worker. `slow` answers nothing until it is told to. */
export async function measureHeld(
  load: Load,
  slow: { readonly url: string; waiting(): number; answerAll(): void },
): Promise<Figure[]> {
  const { pid } = load.startWorker()
  const published = await load.accept({ ...workload('W5').definition(slow.url), name: 'held' }, HELD)
  await until(async () => slow.waiting() >= HELD)
  const bytes = await memoryOf(pid)
  slow.answerAll()
  await load.finished(published, HELD)
  await load.stopWorkers()
  return [
    {
      figure: '5,000 runs waiting on HTTP in one worker',
      bound: 'max',
      limit: 600,
      measured: bytes / 2 ** 20,
      unit: 'MB',
    },
  ]
}

/** Runs that a worker holds at a time, so that what it waits for bounds it and not the processors. */
const HELD_EACH = '20'

/**
 * How much faster two workers are than one where the outside takes 50 ms: where each holds 20 runs, and where it holds
 * as many as come, so that only processors bound it (on a machine with two, one worker and the servers use both).
 */
export async function measureScaling(
  environment: Environment,
  load: Load,
  upstream: string,
): Promise<Figure[]> {
  const few = { WORKER_MAX_HELD: HELD_EACH, WORKER_CONCURRENCY: HELD_EACH }
  const title = 'two workers against one, W5 with a 50 ms upstream'
  const growth = async (settings: Record<string, string>) => {
    const one = await drainSeconds(environment, load, upstream, [settings])
    return one / (await drainSeconds(environment, load, upstream, [settings, settings]))
  }
  return [
    {
      figure: `${title}, ${HELD_EACH} runs at a time each`,
      bound: 'min',
      limit: 1.7,
      measured: await growth(few),
      unit: '×',
    },
    {
      figure: `${title}, as many as come`,
      bound: 'min',
      limit: 1.7,
      measured: await growth({}),
      unit: '×',
    },
  ]
}

async function drainSeconds(
  { connections }: Environment,
  load: Load,
  upstream: string,
  workers: readonly Record<string, string>[],
): Promise<number> {
  const input = workload('W5').definition(upstream)
  const published = await load.accept({ ...input, name: `w5-${uuidv7()}` }, RUNS)
  for (const settings of workers) load.startWorker(settings)
  await load.finished(published, RUNS)
  await load.stopWorkers()
  const [row] = await connections.database.sql<{ seconds: number }[]>`
    SELECT extract(epoch FROM max(finished_at) - min(started_at))::float8 AS seconds
    FROM runs WHERE workflow_id = ${published.workflowId}`
  return row?.seconds ?? Number.NaN
}
