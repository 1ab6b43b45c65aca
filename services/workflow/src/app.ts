import {
  API_TOKENS,
  createCredentialStore,
  createSignIn,
  createTokenService,
  createVaultOfKey,
} from '@millrace/auth'
import type { Config } from '@millrace/config'
import { databaseState } from '@millrace/connections'
import type { Database } from '@millrace/db'
import { createApp, registerDocs, registerProbes } from '@millrace/http-api'
import { createMetrics, type Logger, type RequestLog } from '@millrace/telemetry'
import type { FastifyInstance } from 'fastify'
import { workflowPlugin } from './plugin.js'

/** The workflow API as a service of its own. */
export const buildWorkflowApp = async (
  config: Pick<Config, 'http' | 'secrets' | 'allowPrivate'>,
  { sql }: Pick<Database, 'sql'>,
  log: Logger,
  requests?: RequestLog,
): Promise<FastifyInstance> => {
  const { publicUrl, trustProxy, metricsToken } = config.http
  const metrics = createMetrics()
  const tokens = createTokenService({
    ...API_TOKENS,
    secret: Buffer.from(config.secrets.jwtSecret),
    now: Date.now,
  })
  const app = createApp({
    name: 'workflow',
    logger: log,
    authenticate: tokens.authenticate,
    metrics,
    ...(requests === undefined ? {} : { requests }),
    trustProxy,
  })
  await registerDocs(app, { title: 'Millrace workflows', version: '1' })
  registerProbes(app, {
    ready: async () => ({ database: await databaseState({ sql }) }),
    metrics: metrics.registry,
    ...(metricsToken === undefined ? {} : { metricsToken }),
  })
  const credentials = createCredentialStore(sql, createVaultOfKey(config.secrets.masterKey))
  const { allowPrivate } = config
  const signIn = createSignIn(sql, tokens)
  await app.register(workflowPlugin({ sql, signIn, credentials, publicUrl, allowPrivate }))
  return app
}
