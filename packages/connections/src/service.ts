import { type Config, loadConfig } from '@millrace/config'
import { createLogger, createMetrics, type Logger, type Metrics } from '@millrace/telemetry'
import { type Connections, openConnections } from './connections.js'

/** What every service process has. */
export interface ServiceParts {
  readonly config: Config
  readonly connections: Connections
  readonly log: Logger
  readonly metrics: Metrics
}

export interface RunningService {
  /** Starts to answer; gives the URL. */
  listen(): Promise<string>
  /** Ends what the service does, before its connections are closed. */
  stop(): Promise<void>
}

/**
 * The life of one service process: reads the configuration, connects, serves until SIGTERM or SIGINT (or until the
 * parent that forked it is gone), stops in the reverse order. Throws Error without a DATABASE_URL: only the standalone
 * process brings a database of its own.
 */
export async function runService(
  name: string,
  start: (parts: ServiceParts) => Promise<RunningService>,
): Promise<void> {
  const config = loadConfig(process.env)
  if (config.database.kind !== 'external') throw new Error(`a ${name} process needs DATABASE_URL`)
  const log = createLogger(name, config.logLevel)
  const metrics = createMetrics()
  const connections = await openConnections({
    databaseUrl: config.database.url,
    redisUrl: config.redisUrl,
    name,
    metrics,
    onError: (error) => log.warn({ err: error }, 'a connection was lost; it is being restored'),
  })
  const service = await start({ config, connections, log, metrics })
  log.info({ url: await service.listen(), pid: process.pid }, `${name} ready`)

  let stopping = false
  const stop = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    await service.stop()
    await connections.close()
    process.exit(0)
  }
  for (const reason of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(reason, () => void stop())
}
