import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { measureDrain } from './drain.js'
import { type Backend, type Environment, publish, startMachine } from './environment.js'
import { measureRowCost } from './floor.js'
import { measureIngest } from './ingest.js'
import { openBareQueue } from './jobs.js'
import { measureLatency, percentiles, serve } from './latency.js'
import { printTable, type Row, writeJson } from './report.js'
import { WORKLOADS, waitingForResult } from './workloads.js'

/**
 * Every figure of one run of this program, on one machine, next to the floor measured in the same run. `--json FILE`
 * writes the table as JSON; `--quick` uses few runs, to see that it works.
 */
const { values } = parseArgs({
  options: { json: { type: 'string' }, quick: { type: 'boolean', default: false } },
})
const scale = values.quick ? 0.02 : 1
const RUNS: Record<Backend, number> = { redis: Math.ceil(5_000 * scale), postgres: Math.ceil(1_500 * scale) }
const REQUESTS = Math.ceil(200 * scale) + 10
const WARM_UP = Math.ceil(100 * scale)
const CALLERS = 50

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const upstream = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end('{"value":1}')
})
await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
const upstreamUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/`

const machine = await startMachine()
try {
  const rows: Row[] = []
  for (const backend of ['redis', 'postgres'] as const) {
    const environment = await machine.environment(backend)
    rows.push(...(await measureBackend(environment)))
    await environment.close()
  }
  printTable(rows)
  if (values.json !== undefined) writeJson(values.json, rows)
} finally {
  await machine.stop()
  upstream.close()
}

async function measureBackend(environment: Environment): Promise<Row[]> {
  const { backend } = environment
  const { sql } = environment.connections.database
  const runs = RUNS[backend]
  const bare = await openBareQueue(environment)
  const jobMs = await bare.costOfJob(runs * 2)
  const addToStart = percentiles(await bare.addToStart(REQUESTS))
  await bare.close()
  const commit = percentiles(await commits(environment))
  say(
    `${backend}: floor ${(1_000 / jobMs).toFixed(0)} jobs/s; add-to-start p50 ${addToStart.p50Ms.toFixed(2)} ms, commit p50 ${commit.p50Ms.toFixed(2)} ms`,
  )

  const rows: Row[] = []
  for (const workload of WORKLOADS) {
    const published = await publish(environment, workload.definition(upstreamUrl))
    const drained = await measureDrain(environment, published, runs)
    const rowMs = await measureRowCost(sql, drained.sampleRunId, Math.min(runs, 1_000))
    await publish(environment, waitingForResult(workload.definition(upstreamUrl)))
    const served = await serve(environment)
    const latency = await measureLatency(served, `${workload.name.toLowerCase()}-result`, REQUESTS, WARM_UP)
    if (workload.name === 'W1') {
      const ingest = await measureIngest(environment, served, 'w1', runs, CALLERS)
      say(
        `${backend}: ${CALLERS} callers: ${ingest.acknowledgedPerSecond.toFixed(0)} acknowledged/s ` +
          `(p50 ${ingest.acknowledgement.p50Ms.toFixed(1)}, p99 ${ingest.acknowledgement.p99Ms.toFixed(1)} ms), ` +
          `${ingest.endToEndPerSecond.toFixed(0)} runs/s end to end`,
      )
    }
    await served.stop()
    const floorRunsPerSecond = 1_000 / (jobMs + rowMs)
    const { runsPerSecond } = drained
    rows.push({
      workload: workload.name,
      backend,
      runsPerSecond,
      floorRunsPerSecond,
      ratio: runsPerSecond / floorRunsPerSecond,
      ...latency,
    })
    say(
      `${backend} ${workload.name}: ${runsPerSecond.toFixed(0)} runs/s of ${floorRunsPerSecond.toFixed(0)} (${workload.title})`,
    )
  }
  return rows
}

/** Single-row commits, one after the other. Milliseconds each. */
async function commits({ connections, workspaceId }: Environment): Promise<number[]> {
  const { sql } = connections.database
  const figures: number[] = []
  for (let i = 0; i < REQUESTS; i++) {
    const startedAt = performance.now()
    await sql`UPDATE workspaces SET name = ${`Bench ${i}`} WHERE id = ${workspaceId}`
    figures.push(performance.now() - startedAt)
  }
  return figures
}
