import { createCredentialStore, createTokenService, createVault } from '@millrace/auth'
import type { Config } from '@millrace/config'
import type { Connections } from '@millrace/connections'
import { createApp, registerDocs, registerProbes } from '@millrace/http-api'
import { createMetrics, type Logger } from '@millrace/telemetry'
import type { FastifyInstance } from 'fastify'
import { runnerPlugin } from './plugin.js'

/** As the service that signs in makes its tokens, and wraps credentials. */
const TOKENS = { issuer: 'millrace', audience: 'millrace-api' }
const KEY_ID = '1'

/** The runner API as a service of its own. */
export const buildRunnerApp = async (
  config: Config,
  connections: Connections,
  log: Logger,
): Promise<FastifyInstance> => {
  const { database, store, queue, feed } = connections
  const metrics = createMetrics()
  metrics.watchQueueDepth(() => queue.depth())
  const tokens = createTokenService({
    ...TOKENS,
    secret: Buffer.from(config.secrets.jwtSecret),
    now: Date.now,
  })
  const masterKeys = new Map([[KEY_ID, config.secrets.masterKey]])
  const credentials = createCredentialStore(database.sql, createVault({ masterKeys, currentKeyId: KEY_ID }))
  const app = createApp({
    name: 'runner',
    logger: log,
    authenticate: tokens.authenticate,
    metrics,
    trustProxy: config.http.trustProxy,
  })
  await registerDocs(app, { title: 'Millrace runner', version: '0.1.0' })
  registerProbes(app, {
    ready: () => connections.check(),
    metrics: metrics.registry,
    ...(config.http.metricsToken === undefined ? {} : { metricsToken: config.http.metricsToken }),
  })
  const plugin = runnerPlugin({
    sql: database.sql,
    store,
    queue,
    feed,
    useCredential: credentials.use,
    metrics,
    log,
    random: Math.random,
  })
  await app.register(plugin)
  return app
}
