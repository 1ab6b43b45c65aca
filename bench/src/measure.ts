import { measureCommits } from './commits.js'
import { measureDrain } from './drain.js'
import { type Backend, type Environment, type Machine, publish } from './environment.js'
import { measureRowCost } from './floor.js'
import { measureIngest } from './ingest.js'
import { openBareQueue } from './jobs.js'
import { measureLatency, type Percentiles, percentiles, type Served, serve } from './latency.js'
import { drawPictures } from './lone/measure.js'
import type { Plan } from './plan.js'
import type { Row } from './report.js'
import { WORKLOADS, type Workload, waitingForResult } from './workloads.js'

export interface Measuring {
  readonly machine: Machine
  readonly plan: Plan
  /** The URL of the JSON server that W5 calls. */
  readonly upstream: string
  say(line: string): void
}

interface Floor {
  /** Milliseconds of one no-op job. */
  readonly jobMs: number
  /** BullMQ from add to start, plus one commit. */
  readonly latency: Percentiles
}

export interface Measured {
  readonly rows: readonly Row[]
  /** Where the milliseconds of a lone W1 go. */
  readonly pictures: string
}

/** The floor first, then how fast each workload is drained, then how long each takes while nothing else goes on. */
export async function measureBackend(measuring: Measuring, backend: Backend): Promise<Measured> {
  const environment = await measuring.machine.environment(backend)
  try {
    const floor = await measureFloor(measuring, environment)
    const speeds: Speed[] = []
    for (const workload of WORKLOADS) speeds.push(await measureSpeed(measuring, environment, floor, workload))
    const latencies = await measureLatencies(measuring, environment)
    const rows = WORKLOADS.map(({ name }, index) => ({
      ...{ workload: name, backend },
      ...speeds[index]!,
      ...latencies[index]!,
      floorLatency: floor.latency,
    }))
    const { requests, warmUp } = measuring.plan
    return { rows, pictures: await drawPictures(environment, 'w1-result', requests, warmUp) }
  } finally {
    await environment.close()
  }
}

async function measureFloor({ plan, say }: Measuring, environment: Environment): Promise<Floor> {
  const bare = await openBareQueue(environment)
  const jobMs = await bare.costOfJob(plan.runs[environment.backend].w1)
  const starts = await bare.addToStart(plan.warmUp + plan.requests)
  await bare.close()
  const commits = await measureCommits(environment.databaseUrl, plan.warmUp + plan.requests)
  const latency = percentiles(starts.map((ms, i) => ms + commits[i]!).slice(plan.warmUp))
  say(`${environment.backend}: bare queue ${(1_000 / jobMs).toFixed(0)} jobs/s`)
  return { jobMs, latency }
}

type Speed = Pick<Row, 'runsPerSecond' | 'floorRunsPerSecond' | 'ratio'>

async function measureSpeed(
  { plan, upstream, say }: Measuring,
  environment: Environment,
  { jobMs }: Floor,
  workload: Workload,
): Promise<Speed> {
  const { w1, others } = plan.runs[environment.backend]
  const runs = workload.name === 'W1' ? w1 : others
  const published = await publish(
    environment.connections.database.sql,
    environment.workspaceId,
    workload.definition(upstream),
  )
  const { runsPerSecond, sampleRunId } = await measureDrain(environment, published, runs)
  const rowsMs = await measureRowCost(environment.databaseUrl, sampleRunId, Math.min(runs, 1_000))
  const floorRunsPerSecond = 1_000 / (jobMs + rowsMs)
  say(
    `${environment.backend} ${workload.name}: ${runsPerSecond.toFixed(0)} runs/s of ${floorRunsPerSecond.toFixed(0)} (${workload.title})`,
  )
  return { runsPerSecond, floorRunsPerSecond, ratio: runsPerSecond / floorRunsPerSecond }
}

async function measureLatencies(measuring: Measuring, environment: Environment): Promise<Percentiles[]> {
  const { plan, upstream } = measuring
  const served = await serve(environment)
  try {
    const latencies: Percentiles[] = []
    for (const workload of WORKLOADS) {
      const { name: path } = await publishWaiting(environment, workload, upstream)
      latencies.push(await measureLatency(served, path, plan.requests, plan.warmUp))
    }
    await reportIngest(measuring, environment, served)
    return latencies
  } finally {
    await served.stop()
  }
}

async function publishWaiting(environment: Environment, workload: Workload, upstream: string) {
  const definition = waitingForResult(workload.definition(upstream))
  await publish(environment.connections.database.sql, environment.workspaceId, definition)
  return definition
}

async function reportIngest(
  { plan, say }: Measuring,
  environment: Environment,
  served: Served,
): Promise<void> {
  const { backend } = environment
  const ingest = await measureIngest(environment, served, 'w1', plan.runs[backend].w1, plan.callers)
  const { p50Ms, p99Ms } = ingest.acknowledgement
  say(
    `${backend}: ${plan.callers} callers: ${ingest.acknowledgedPerSecond.toFixed(0)} acknowledged/s ` +
      `(p50 ${p50Ms.toFixed(1)}, p99 ${p99Ms.toFixed(1)} ms), ${ingest.endToEndPerSecond.toFixed(0)} runs/s end to end`,
  )
}
