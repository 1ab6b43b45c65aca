import { type Config, childEnvironment } from '@millrace/config'
import {
  type Connections,
  checkPooler,
  checkRedis,
  checkSchema,
  lossReporter,
  openConnections,
} from '@millrace/connections'
import { migrate } from '@millrace/db'
import { startPostgres } from '@millrace/local-services'
import { createMetrics, createRequestLog, type Logger, type Metrics } from '@millrace/telemetry'
import { startWorker } from '@millrace/worker-service'
import { buildStandaloneApp } from './app.js'
import { forkWorkers } from './child-workers.js'
import { createIdentity, type Identity } from './identity.js'

/** The whole product, running. */
export interface Platform {
  readonly url: string
  readonly config: Config
  readonly owner: Identity['owner']
  readonly ownerToken: Identity['ownerToken']
  /** Stops taking requests, drains the workers, closes every connection, stops Postgres. Within DRAIN_MS, as a rule. */
  stop(): Promise<void>
}

/** A step of start-up or shut-down that must be undone in reverse order. */
type Undo = () => Promise<unknown>

/**
 * Starts everything in one process: Postgres if none is given, migrations, the owner, all services on one port and
 * a worker; `WORKERS` forks more of those. Whatever has been started is stopped again when a later part fails.
 */
export async function startPlatform(
  config: Config,
  log: Logger,
  say: (line: string) => void,
): Promise<Platform> {
  const undo: Undo[] = []
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) {
      await step().catch((error: unknown) => log.warn({ err: error }, 'a part did not stop cleanly'))
    }
  }
  try {
    const databaseUrl = await startDatabase(config, say, undo)
    const { directUrl } = config.databaseAccess
    await checkPooler(databaseUrl, { directUrl })
    await checkRedis(config.redisUrl, log)
    await migrate(directUrl ?? databaseUrl)
    const metrics = createMetrics()
    const requests = createRequestLog('millrace', config.logLevel)
    const connections = await openConnections({
      metrics,
      databaseUrl,
      ...config.databaseAccess,
      redisUrl: config.redisUrl,
      name: 'standalone',
      poolSize: 16,
      onError: lossReporter(log),
    })
    undo.push(() => connections.close())
    await checkSchema(connections.database.sql)
    const identity = await createIdentity(connections.database.sql, config)
    const app = await buildStandaloneApp({ config, connections, identity, log, metrics, requests })
    undo.push(() => app.close())
    const url = await app.listen()
    await startWorkers(config, connections, identity, databaseUrl, log, metrics, undo)
    const lack = await connections.lack()
    if (lack !== undefined) log.warn({ url }, `ready, but for now without Redis: ${lack}`)
    return { url, config, owner: identity.owner, ownerToken: identity.ownerToken, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startDatabase(config: Config, say: (line: string) => void, undo: Undo[]): Promise<string> {
  if (config.database.kind === 'external') return config.database.url
  const postgres = await startPostgres({ dataDir: config.database.dataDir, onLog: say })
  undo.push(() => postgres.stop())
  return postgres.url
}

async function startWorkers(
  config: Config,
  connections: Connections,
  { credentials, resumeUrl }: Identity,
  databaseUrl: string,
  log: Logger,
  metrics: Metrics,
  undo: Undo[],
): Promise<void> {
  const environment = childEnvironment(config, databaseUrl)
  const worker = await startWorker(connections, {
    name: 'standalone',
    leaseMs: config.worker.leaseMs,
    concurrency: config.worker.concurrency,
    maxHeld: config.worker.maxHeld,
    graceMs: config.worker.drainMs,
    allowPrivate: config.allowPrivate,
    credential: credentials.use,
    resumeUrl,
    log,
    metrics,
    plays: { childEnvironment: { ...process.env, ...environment } },
  })
  undo.push(() => worker.stop())
  if (config.worker.processes === 0) return
  const children = forkWorkers(config.worker.processes, environment, log)
  undo.push(() => children.stop())
}
