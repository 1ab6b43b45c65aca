import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startWorker } from './drain.js'
import type { Environment } from './environment.js'

const RUNNER = fileURLToPath(import.meta.resolve('@millrace/runner-service/main'))
const SCHEDULER = fileURLToPath(import.meta.resolve('@millrace/scheduler-service/main'))

export interface Percentiles {
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

/** A real runner and scheduler, and as many workers, each a process, for requests from outside. */
export interface Served {
  readonly url: string
  stop(): Promise<void>
}

/** BENCH_RUNNER_OPTIONS are options of its Node, such as `--cpu-prof`. */
export async function serve(environment: Environment, workers = 1): Promise<Served> {
  const env = { ...process.env, ...environment.env }
  const options = process.env['BENCH_RUNNER_OPTIONS']?.split(' ') ?? []
  const runner = spawn(process.execPath, [...options, RUNNER], {
    env: { ...env, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await urlOf(runner, loggedUrl)
  // It lets runs out of the backlog when callers are faster than the worker.
  const scheduler = spawn(process.execPath, [SCHEDULER], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const started = Array.from({ length: workers }, () => startWorker(environment))
  return {
    url,
    async stop() {
      for (const child of [...started, scheduler, runner]) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
    },
  }
}

const STANDALONE = fileURLToPath(import.meta.resolve('@millrace/standalone-service/main'))

/** All of it in one process, as `make up` starts it. */
export async function serveStandalone({ env }: Environment): Promise<Served> {
  const service = spawn(process.execPath, [STANDALONE], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await urlOf(service, (line) => /running at (\S+)/.exec(line)?.[1])
  return {
    url,
    async stop() {
      service.kill('SIGTERM')
      await once(service, 'exit')
    },
  }
}

/** Services log one JSON line with their `url` when they are ready. */
const loggedUrl = (line: string): string | undefined => {
  const { url } = JSON.parse(line) as { url?: unknown }
  return typeof url === 'string' ? url : undefined
}

async function urlOf(service: ChildProcess, find: (line: string) => string | undefined): Promise<string> {
  if (service.stdout === null) throw new Error('the service has no output')
  for await (const line of createInterface({ input: service.stdout })) {
    const url = find(line)
    if (url !== undefined) {
      service.stdout.resume()
      return url
    }
  }
  throw new Error('the service ended before it was ready')
}

/**
 * One request after the other on an idle system, each from sending the webhook until its answer: the webhook waits for
 * the result, so the answer comes once the run's finish is durable and the runner has been told.
 */
export async function measureLatency(
  { url }: Served,
  path: string,
  requests: number,
  warmUp: number,
): Promise<Percentiles> {
  const figures: number[] = []
  for (let i = 0; i < requests + warmUp; i++) {
    const startedAt = performance.now()
    const answer = await fetch(`${url}/hooks/default/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"n":1}',
    })
    await answer.arrayBuffer()
    if (answer.status !== 200) throw new Error(`the webhook answered ${answer.status}`)
    if (i >= warmUp) figures.push(performance.now() - startedAt)
  }
  return percentiles(figures)
}

/** By nearest rank. */
export function percentiles(figures: readonly number[]): Percentiles {
  const sorted = figures.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }
}
