import { ensureOwner } from '@millrace/auth'
import { loadConfig } from '@millrace/config'
import { migrate, openDatabase } from '@millrace/db'
import { listen } from '@millrace/http-api'
import { createLogger } from '@millrace/telemetry'
import { buildWorkflowApp } from './app.js'

const config = loadConfig(process.env)
const log = createLogger('workflow', config.logLevel)
if (config.database.kind !== 'external') throw new Error('a workflow process needs DATABASE_URL')

await migrate(config.database.url)
const database = openDatabase(config.database.url, { applicationName: 'millrace-workflow' })
const owner = await ensureOwner(database.sql, { dir: config.directory })
if (owner.created)
  log.info({ email: owner.email, file: owner.file }, 'made the first workspace and its owner')

const app = await buildWorkflowApp(config, database, log)
const url = await listen(app, { host: config.http.host, port: config.http.port })
log.info({ url, pid: process.pid }, 'workflow ready')

let stopping = false
const stop = async (): Promise<void> => {
  if (stopping) return
  stopping = true
  await app.close()
  await database.close()
  process.exit(0)
}
process.on('SIGTERM', () => void stop())
process.on('SIGINT', () => void stop())
