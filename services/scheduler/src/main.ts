import { loadConfig } from '@millrace/config'
import { openConnections } from '@millrace/connections'
import { listen } from '@millrace/http-api'
import { createLogger } from '@millrace/telemetry'
import { buildSchedulerApp } from './app.js'

const config = loadConfig(process.env)
const log = createLogger('scheduler', config.logLevel)
if (config.database.kind !== 'external') throw new Error('a scheduler process needs DATABASE_URL')

const connections = await openConnections({
  databaseUrl: config.database.url,
  redisUrl: config.redisUrl,
  name: 'scheduler',
  onError: (error) => log.warn({ err: error }, 'a connection was lost; it is being restored'),
})
const app = await buildSchedulerApp(config, connections, log)
const url = await listen(app, { host: config.http.host, port: config.http.port })
log.info({ url, pid: process.pid }, 'scheduler ready')

let stopping = false
const stop = async (): Promise<void> => {
  if (stopping) return
  stopping = true
  await app.close()
  await connections.close()
  process.exit(0)
}
process.on('SIGTERM', () => void stop())
process.on('SIGINT', () => void stop())
