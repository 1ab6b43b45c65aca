import type { Config } from '@millrace/config'
import { type Connections, lossReporter } from '@millrace/connections'
import { createApp, listen, registerDocs, registerProbes } from '@millrace/http-api'
import { runnerPlugin } from '@millrace/runner-service'
import { schedulerPlugin } from '@millrace/scheduler-service'
import type { Logger, Metrics, RequestLog } from '@millrace/telemetry'
import { workflowPlugin } from '@millrace/workflow-service'
import type { Keys } from './identity.js'
import { registerWebApp } from './web-app.js'

export interface StandaloneAppDeps {
  readonly config: Pick<Config, 'http' | 'allowPrivate'>
  readonly connections: Connections
  readonly identity: Keys
  readonly log: Logger
  readonly metrics: Metrics
  readonly requests?: RequestLog
}

export interface StandaloneApp {
  /** Throws an error that names the variable to set when the port is taken. */
  listen(): Promise<string>
  close(): Promise<void>
  /** The API of all services, as OpenAPI 3.1. */
  describe(): object
}

/** All services on one app, and so on one port. */
export async function buildStandaloneApp(deps: StandaloneAppDeps): Promise<StandaloneApp> {
  const { config, connections, identity, log, metrics } = deps
  const { database, store, queue, feed, nearWorker } = connections
  const app = createApp({
    name: 'millrace',
    logger: log,
    authenticate: identity.tokens.authenticate,
    metrics,
    ...(deps.requests === undefined ? {} : { requests: deps.requests }),
    trustProxy: config.http.trustProxy,
  })
  await registerDocs(app, { title: 'Millrace', version: '1' })
  registerProbes(app, {
    ready: () => connections.check(),
    dispensable: connections.dispensable,
    problems: () => connections.problems(),
    metrics: metrics.registry,
    ...(config.http.metricsToken === undefined ? {} : { metricsToken: config.http.metricsToken }),
  })
  metrics.watchQueueDepth(() => queue.depth())
  await app.register(
    workflowPlugin({
      ...identity,
      sql: database.sql,
      publicUrl: config.http.publicUrl,
      allowPrivate: config.allowPrivate,
    }),
  )
  await app.register(
    runnerPlugin({
      sql: database.sql,
      store,
      queue,
      feed,
      nearWorker,
      useCredential: identity.credentials.use,
      resumeTokens: identity.resumeTokens,
      resumeUrl: identity.resumeUrl,
      metrics,
      log,
      random: Math.random,
    }),
  )
  await app.register(
    schedulerPlugin({
      sql: database.sql,
      store,
      queue,
      onAccepted: metrics.runsAccepted,
      onError: lossReporter(log, 'a pass failed; the next one tries again'),
    }),
  )
  await registerWebApp(app)
  await app.ready()
  return {
    listen: () => listen(app, { host: config.http.host, port: config.http.port }),
    close: () => app.close(),
    describe: () => app.swagger(),
  }
}
