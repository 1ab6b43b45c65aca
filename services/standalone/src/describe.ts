import { randomBytes } from 'node:crypto'
import { openConnections } from '@millrace/connections'
import { createLogger, createMetrics } from '@millrace/telemetry'
import { buildStandaloneApp } from './app.js'
import { createKeys } from './identity.js'

/** A port that nobody listens on: to describe the API takes its routes, and no server behind them. */
const NOWHERE = '127.0.0.1:1'

/** The OpenAPI document of all services together, for a proxy that has them apart behind one origin. */
export async function describeApi(): Promise<object> {
  const connections = await openConnections({
    databaseUrl: `postgres://${NOWHERE}/none`,
    redisUrl: `redis://${NOWHERE}`,
    name: 'describe',
    onError: () => undefined,
  })
  const config = {
    http: { host: '', port: 0, publicUrl: 'http://localhost', trustProxy: false, metricsToken: undefined },
    allowPrivate: [],
    secrets: { jwtSecret: randomBytes(48).toString('base64'), masterKey: randomBytes(32) },
  } as const
  const app = await buildStandaloneApp({
    config,
    connections,
    identity: createKeys(connections.database.sql, config),
    log: createLogger('describe', 'silent'),
    metrics: createMetrics(),
  })
  try {
    return app.describe()
  } finally {
    await app.close()
    await connections.close()
  }
}
