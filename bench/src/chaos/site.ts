import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { type Connections, openConnections } from '@millrace/connections'
import { migrate, type Sql, uuidv7 } from '@millrace/db'
import {
  createTempFolder,
  type NetworkProxy,
  type NodeProcess,
  spawnNode,
  startProxy,
} from '@millrace/testkit/processes'
import { type Backend, publish } from '../environment.js'
import { installLedger } from './ledger.js'
import { untilAnswered } from './patience.js'
import { type BreakablePostgres, type BreakableRedis, openPostgres, openRedis } from './servers.js'
import { startUpstream, type Upstream } from './upstream.js'
import { order } from './workflow.js'

/**
 * One installation to break: servers, a runner, a scheduler and workers as real processes, all of which reach the
 * servers through proxies. Our own observation goes around the proxies. Ends only what it has started.
 */
export interface Site {
  readonly backend: Backend
  /** Gone with the site; its processes know it as CHAOS_FOLDER. */
  readonly folder: string
  /** Around the proxy. */
  readonly connections: Connections
  readonly sql: Sql
  readonly workspaceId: string
  readonly upstream: Upstream
  readonly postgres: BreakablePostgres
  readonly redis: BreakableRedis | undefined
  readonly proxies: { readonly postgres: NetworkProxy; readonly redis: NetworkProxy | undefined }
  readonly runnerUrl: string
  /** The one at `runnerUrl`. */
  readonly runner: NodeProcess
  /** Another one in its place, which has died; `runnerUrl` is its own. */
  replaceRunner(env?: Environment): Promise<void>
  readonly workers: readonly NodeProcess[]
  worker(env?: Environment): Promise<NodeProcess>
  /** Kills a worker with -9; the others stay. */
  kill(worker: NodeProcess): Promise<void>
  /** The database's clock, milliseconds since the epoch. */
  now(): Promise<number>
  close(): Promise<void>
}

export type Environment = Readonly<Record<string, string>>

export interface SiteOptions {
  readonly backend: Backend
  readonly leaseMs: number
  readonly workers: number
  readonly schedulers?: readonly Environment[]
  readonly workerEnv?: readonly Environment[]
  readonly runnerEnv?: Environment
}

const ENTRIES = {
  runner: fileURLToPath(import.meta.resolve('@millrace/runner-service/main')),
  scheduler: fileURLToPath(import.meta.resolve('@millrace/scheduler-service/main')),
  worker: fileURLToPath(import.meta.resolve('@millrace/worker-service/main')),
}

export async function openSite(options: SiteOptions): Promise<Site> {
  const { backend } = options
  const folder = createTempFolder('millrace-chaos-')
  const undo: (() => unknown)[] = [() => folder.remove()]
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const postgres = await openPostgres(folder.path)
    undo.push(() => postgres.stop())
    const redis = backend === 'redis' ? await openRedis(folder.path) : undefined
    undo.push(() => redis?.stop())
    await migrate(postgres.url)
    const connections = await openConnections({
      databaseUrl: postgres.url,
      redisUrl: redis?.url,
      name: 'chaos',
      poolSize: 4,
      onError: () => undefined,
    })
    undo.push(() => connections.close())
    const { sql } = connections.database
    await installLedger(sql)
    const upstream = await startUpstream()
    undo.push(() => upstream.stop())
    const workspaceId = uuidv7()
    await sql`INSERT INTO workspaces (id, slug, name) VALUES (${workspaceId}, 'default', 'Chaos')`
    await publish(sql, workspaceId, order(upstream.url))
    const proxies = {
      postgres: await startProxy(postgres.url),
      redis: redis === undefined ? undefined : await startProxy(redis.url),
    }
    undo.push(() => Promise.all([proxies.postgres.close(), proxies.redis?.close()]))
    const crew = openCrew({ ...environmentOf(proxies, options.leaseMs), CHAOS_FOLDER: folder.path }, undo)
    let runner = await crew.start('runner', options.runnerEnv ?? {})
    for (const env of options.schedulers ?? [{}]) await crew.start('scheduler', env)
    for (let i = 0; i < options.workers; i++) await crew.worker(options.workerEnv?.[i])
    return {
      backend,
      folder: folder.path,
      connections,
      sql,
      workspaceId,
      upstream,
      postgres,
      redis,
      proxies,
      get runnerUrl() {
        return urlOf(runner)
      },
      get runner() {
        return runner
      },
      replaceRunner: async (env = {}) => {
        runner = await crew.start('runner', env)
      },
      workers: crew.workers,
      worker: crew.worker,
      kill: crew.kill,
      now: () => untilAnswered(() => connections.store.databaseNow()),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const environmentOf = (proxies: Site['proxies'], leaseMs: number): Environment => ({
  DATABASE_URL: proxies.postgres.url,
  // Nothing set means not set.
  REDIS_URL: proxies.redis?.url ?? '',
  JWT_SECRET: SECRET,
  MASTER_KEY: KEY,
  HTTP_ALLOW_PRIVATE: '127.0.0.0/8',
  LEASE_MS: String(leaseMs),
  LOG_LEVEL: 'info',
  PORT: '0',
})

const SECRET = randomBytes(48).toString('base64')
const KEY = randomBytes(32).toString('base64')

/** Services log one JSON line with their `url` when they are ready. */
const urlOf = (service: NodeProcess): string => {
  const url = /"url":"([^"]+)"/.exec(service.output())?.[1]
  if (url === undefined) throw new Error('a service is ready without a url')
  return url
}

const TRIES = 5

/** As a supervisor does: one that finds its servers away for 2 s gives up, and is started again. */
const spawnPatiently = async (name: keyof typeof ENTRIES, env: Environment): Promise<NodeProcess> => {
  const options = { env, readyPattern: new RegExp(`${name} ready`), readyTimeoutMs: 120_000 }
  for (let tries = 1; ; tries++) {
    try {
      return await spawnNode(ENTRIES[name], options)
    } catch (error) {
      if (tries === TRIES) throw error
    }
  }
}

const openCrew = (environment: Environment, undo: (() => unknown)[]) => {
  const workers: NodeProcess[] = []
  const start = async (name: keyof typeof ENTRIES, env: Environment): Promise<NodeProcess> => {
    const process = await spawnPatiently(name, { ...environment, ...env })
    undo.push(async () => {
      process.kill('SIGKILL')
      await process.exited
    })
    return process
  }
  return {
    workers,
    start,
    async worker(env: Environment = {}): Promise<NodeProcess> {
      const worker = await start('worker', env)
      workers.push(worker)
      return worker
    },
    async kill(worker: NodeProcess): Promise<void> {
      workers.splice(workers.indexOf(worker), 1)
      worker.kill('SIGKILL')
      await worker.exited
    },
  }
}
