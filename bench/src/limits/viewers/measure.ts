import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { API_TOKENS, createTokenService } from '@millrace/auth'
import { uuidv7 } from '@millrace/db'
import { Redis } from 'ioredis'
import type { Environment } from '../../environment.js'
import { percentiles } from '../../latency.js'
import type { Figure } from '../figure.js'
import { memoryOf } from '../process-usage.js'
import { bareTeller, productTeller, type Teller } from './tellers.js'
import type { FromWatchers, ToWatchers } from './watchers.js'

const STANDALONE = fileURLToPath(import.meta.resolve('@millrace/standalone-service/main'))
const BARE = fileURLToPath(new URL('./bare-server.js', import.meta.url))
const WATCHERS = fileURLToPath(new URL('./watchers.js', import.meta.url))

const RUNS = 50
const VIEWERS_A_RUN = 100
const VIEWERS = RUNS * VIEWERS_A_RUN
/** As fast as they go: so many events of each run at a time. */
const BURSTS = 8
const EVENTS_A_BURST = 25
/** Paced: one event of each run at a time, this often, so that viewers get 50,000 events a second. */
const PACED = 100
const PACE_MS = 100

interface Streamed {
  readonly perSecond: number
  readonly delayP99Ms: number
  /** Resident memory before the first viewer, and with all of them after the last event. Bytes. */
  readonly idle: number
  readonly loaded: number
}

/** 5,000 viewers of 50 live runs on the whole product in one process, next to a bare Node server in the same run. */
export async function measureViewers(environment: Environment): Promise<Figure[]> {
  const bare = await streamBare(environment)
  const product = await streamProduct(environment)
  const say = (name: string, { perSecond, delayP99Ms, idle, loaded }: Streamed) =>
    console.error(
      `        ${name}: ${perSecond.toFixed(0)} events/s, p99 ${delayP99Ms.toFixed(0)} ms, ` +
        `${(idle / 2 ** 20).toFixed(0)} MB before, ${(loaded / 2 ** 20).toFixed(0)} MB with viewers`,
    )
  say('bare server', bare)
  say('product', product)
  const what = '5,000 viewers of 50 live runs, against a bare server:'
  return [
    {
      figure: `${what} events a second`,
      bound: 'min',
      limit: 0.5,
      measured: product.perSecond / bare.perSecond,
      unit: '×',
    },
    {
      figure: `${what} delay p99`,
      bound: 'max',
      limit: 2,
      measured: product.delayP99Ms / bare.delayP99Ms,
      unit: '×',
    },
    {
      figure: `${what} memory beside the idle product's`,
      bound: 'max',
      limit: 2,
      measured: (product.loaded - product.idle) / bare.loaded,
      unit: '×',
    },
  ]
}

async function streamProduct(environment: Environment): Promise<Streamed> {
  const server = await startServer(STANDALONE, environment)
  const secret = Buffer.from(environment.env['JWT_SECRET'] ?? '')
  const tokens = createTokenService({ ...API_TOKENS, secret, now: Date.now })
  const actor = {
    userId: uuidv7(),
    workspaceId: environment.workspaceId,
    role: 'admin',
    email: 'bench@millrace.local',
  } as const
  const { accessToken } = await tokens.sign(actor)
  const teller = await productTeller(environment, RUNS)
  try {
    // Something to replay, as a run that has begun has.
    await teller.tell(1)
    return await stream(server, teller, (runId) => `/api/v1/runs/${runId}/events?after=1`, accessToken)
  } finally {
    await teller.close()
    await stopChild(server.child)
  }
}

async function streamBare(environment: Environment): Promise<Streamed> {
  const server = await startServer(BARE, environment)
  const redis = new Redis(environment.redisUrl ?? '')
  const publishAll = async (messages: readonly { topic: string; payload: string }[]) => {
    const pipeline = redis.pipeline()
    for (const { topic, payload } of messages) pipeline.publish(topic, payload)
    await pipeline.exec()
  }
  const teller = await bareTeller(environment.databaseUrl, publishAll, RUNS)
  try {
    return await stream(server, teller, (runId) => `/${runId}`, '')
  } finally {
    await teller.close()
    redis.disconnect()
    await stopChild(server.child)
  }
}

interface Server {
  readonly child: ChildProcess
  readonly pid: number
  readonly port: number
}

/** BENCH_SERVER_OPTIONS are options of its Node, such as `--cpu-prof`. */
async function startServer(entry: string, environment: Environment): Promise<Server> {
  const options = process.env['BENCH_SERVER_OPTIONS']?.split(' ') ?? []
  const child = spawn(process.execPath, [...options, entry], {
    env: { ...process.env, ...environment.env, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /http:\/\/[^:/]+:(\d+)/.exec(line)?.[1]
    if (port !== undefined) {
      child.stdout.resume()
      return { child, pid: child.pid ?? 0, port: Number(port) }
    }
  }
  throw new Error('the server ended before it was ready')
}

async function stream(
  server: Server,
  teller: Teller,
  pathOf: (runId: string) => string,
  token: string,
): Promise<Streamed> {
  const idle = await memoryOf(server.pid)
  const watchers = await openWatchers(server.port, teller.runIds.map(pathOf), token)
  try {
    await delaysPaced(watchers, teller, 10)
    const perSecond = await fastest(watchers, teller)
    const delays = await delaysPaced(watchers, teller, PACED)
    return { perSecond, delayP99Ms: percentiles(delays).p99Ms, idle, loaded: await memoryOf(server.pid) }
  } finally {
    await stopChild(watchers)
  }
}

async function openWatchers(port: number, paths: readonly string[], token: string): Promise<ChildProcess> {
  const child = fork(WATCHERS)
  const all = Array.from({ length: VIEWERS_A_RUN }, () => paths).flat()
  child.send({ kind: 'watch', port, paths: all, token } satisfies ToWatchers)
  await next(child, 'watching')
  return child
}

/** Events a second of all viewers together, told as fast as that goes. */
async function fastest(watchers: ChildProcess, teller: Teller): Promise<number> {
  const events = VIEWERS * EVENTS_A_BURST * BURSTS
  const seen = expectEvents(watchers, events)
  const startedAt = performance.now()
  const { written } = await teller.tellFirst(EVENTS_A_BURST, BURSTS)
  await seen
  const perSecond = (events * 1_000) / (performance.now() - startedAt)
  await written()
  return perSecond
}

/** From before an event is durable until the sampled viewers have it, milliseconds. */
async function delaysPaced(
  watchers: ChildProcess,
  teller: Teller,
  times: number,
): Promise<readonly number[]> {
  const seen = expectEvents(watchers, VIEWERS * times)
  for (let i = 0; i < times; i++) await Promise.all([teller.tell(1), delay(PACE_MS)])
  return (await seen).delays
}

function expectEvents(watchers: ChildProcess, events: number) {
  watchers.send({ kind: 'expect', events } satisfies ToWatchers)
  return next(watchers, 'seen')
}

async function next<Kind extends FromWatchers['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<FromWatchers, { kind: Kind }>> {
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the watchers ended'))),
  ])) as [FromWatchers]
  if (message.kind !== kind) throw new Error(`the watchers said ${message.kind}, not ${kind}`)
  return message as Extract<FromWatchers, { kind: Kind }>
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
