import {
  API_TOKENS,
  createCredentialStore,
  createResumeTokens,
  createTokenService,
  createVaultOfKey,
  resumeUrls,
} from '@millrace/auth'
import type { ServiceParts } from '@millrace/connections'
import { createApp, registerDocs, registerProbes } from '@millrace/http-api'
import type { FastifyInstance } from 'fastify'
import { runnerPlugin } from './plugin.js'

/** The runner API as a service of its own. */
export const buildRunnerApp = async ({
  config,
  connections,
  log,
  metrics,
  requests,
}: ServiceParts): Promise<FastifyInstance> => {
  const { database, store, queue, feed, nearWorker } = connections
  metrics.watchQueueDepth(() => queue.depth())
  const tokens = createTokenService({
    ...API_TOKENS,
    secret: Buffer.from(config.secrets.jwtSecret),
    now: Date.now,
  })
  const credentials = createCredentialStore(database.sql, createVaultOfKey(config.secrets.masterKey))
  const app = createApp({
    name: 'runner',
    logger: log,
    authenticate: tokens.authenticate,
    metrics,
    requests,
    trustProxy: config.http.trustProxy,
  })
  await registerDocs(app, { title: 'Millrace runner', version: '0.1.0' })
  registerProbes(app, {
    ready: () => connections.check(),
    dispensable: connections.dispensable,
    problems: () => connections.problems(),
    metrics: metrics.registry,
    ...(config.http.metricsToken === undefined ? {} : { metricsToken: config.http.metricsToken }),
  })
  const resumeTokens = createResumeTokens(config.secrets.masterKey)
  const plugin = runnerPlugin({
    sql: database.sql,
    store,
    queue,
    feed,
    nearWorker,
    useCredential: credentials.use,
    resumeTokens,
    resumeUrl: resumeUrls(resumeTokens, config.http.publicUrl),
    metrics,
    log,
    random: Math.random,
  })
  await app.register(plugin)
  return app
}
