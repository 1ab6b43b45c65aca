import { lossReporter, type ServiceParts } from '@millrace/connections'
import { MillraceError } from '@millrace/contracts'
import { createApp, registerProbes } from '@millrace/http-api'
import type { FastifyInstance } from 'fastify'
import { schedulerPlugin } from './plugin.js'

/** The scheduler as a service of its own: its HTTP side is only probes and metrics. */
export const buildSchedulerApp = async ({
  config,
  connections,
  log,
  metrics,
  requests,
}: ServiceParts): Promise<FastifyInstance> => {
  const { database, store, queue } = connections
  metrics.watchQueueDepth(() => queue.depth())
  const app = createApp({
    name: 'scheduler',
    logger: log,
    authenticate: () => Promise.reject(new MillraceError('UNAUTHENTICATED')),
    metrics,
    requests,
    trustProxy: config.http.trustProxy,
  })
  registerProbes(app, {
    ready: () => connections.check(),
    problems: () => connections.problems(),
    metrics: metrics.registry,
    ...(config.http.metricsToken === undefined ? {} : { metricsToken: config.http.metricsToken }),
  })
  const plugin = schedulerPlugin({
    sql: database.sql,
    store,
    queue,
    onAccepted: metrics.runsAccepted,
    onError: lossReporter(log, 'a pass failed; the next one tries again'),
    onSwept: (count, reason) => log.info({ count, reason }, 'rang for runs that nobody rang for'),
  })
  await app.register(plugin)
  return app
}
