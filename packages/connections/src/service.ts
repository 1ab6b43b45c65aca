import type { Config } from '@millrace/config'
import { createMetrics, type Logger, type Metrics, type RequestLog } from '@millrace/telemetry'
import { checkPooler, checkSchema } from './check-database.js'
import { checkRedis } from './check-redis.js'
import { type Connections, openConnections } from './connections.js'
import { lossReporter } from './losses.js'
import { type Lack, type RunningService, runProcess } from './process.js'

/** What every service process has. */
export interface ServiceParts {
  readonly config: Config
  readonly connections: Connections
  readonly log: Logger
  readonly requests: RequestLog
  readonly metrics: Metrics
}

export interface QueueNeed {
  /** False where the service does what it is there for without Redis too, if more slowly. */
  readonly needsQueue: boolean
}

/**
 * The life of a process that works on runs: see `runProcess`. It refuses to start on a database that it could not work
 * on, or whose Redis somebody has to set right, and closes its connections when the service has stopped.
 */
export const runService = (
  name: string,
  start: (parts: ServiceParts) => Promise<RunningService & QueueNeed>,
): Promise<void> =>
  runProcess(name, async ({ config, log, requests }) => {
    const { url } = config.database
    await checkPooler(url, config.databaseAccess)
    await checkRedis(config.redisUrl, log)
    const metrics = createMetrics()
    const connections = await openConnections({
      databaseUrl: url,
      ...config.databaseAccess,
      redisUrl: config.redisUrl,
      name,
      metrics,
      onError: lossReporter(log),
    })
    try {
      await checkSchema(connections.database.sql)
      const service = await start({ config, connections, log, metrics, requests })
      return {
        listen: () => service.listen(),
        lacks: () => lackOf(connections, service.needsQueue),
        stop: async () => {
          await service.stop()
          await connections.close()
        },
      }
    } catch (error) {
      await connections.close().catch(() => undefined)
      throw error
    }
  })

const lackOf = async (connections: Connections, essential: boolean): Promise<Lack | undefined> => {
  const text = await connections.lack()
  return text === undefined ? undefined : { text, essential }
}
