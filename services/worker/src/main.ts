import { createCredentialStore, createVaultOfKey } from '@millrace/auth'
import { loadConfig } from '@millrace/config'
import { openConnections } from '@millrace/connections'
import { createApp, listen, registerProbes } from '@millrace/http-api'
import { createLogger, createMetrics } from '@millrace/telemetry'
import { startWorker } from './start-worker.js'

const config = loadConfig(process.env)
const log = createLogger('worker', config.logLevel)
if (config.database.kind !== 'external') throw new Error('a worker process needs DATABASE_URL')

const metrics = createMetrics()
const connections = await openConnections({
  metrics,
  databaseUrl: config.database.url,
  redisUrl: config.redisUrl,
  name: 'worker',
  onError: (error) => log.warn({ err: error }, 'a connection was lost; it is being restored'),
})
const credentials = createCredentialStore(
  connections.database.sql,
  createVaultOfKey(config.secrets.masterKey),
)
const worker = await startWorker(connections, {
  name: `worker ${process.pid}`,
  leaseMs: config.worker.leaseMs,
  concurrency: config.worker.concurrency,
  maxHeld: config.worker.maxHeld,
  graceMs: config.worker.drainMs,
  allowPrivate: config.allowPrivate,
  credential: credentials.use,
  log,
  metrics,
})

const app = createApp({
  name: 'worker',
  logger: log,
  authenticate: () => Promise.reject(new Error('no accounts here')),
  metrics,
})
registerProbes(app, { ready: () => connections.check(), metrics: metrics.registry })
const url = await listen(app, { host: config.http.host, port: config.http.port })
log.info({ url, pid: process.pid }, 'worker ready')

let stopping = false
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  await app.close()
  await worker.stop()
  await connections.close()
  process.exit(0)
}
process.on('SIGTERM', () => void stop())
process.on('SIGINT', () => void stop())
process.on('disconnect', () => void stop())
