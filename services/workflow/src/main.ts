import { ensureOwner } from '@millrace/auth'
import { checkPooler, runProcess } from '@millrace/connections'
import { migrate, openDatabase } from '@millrace/db'
import { listen } from '@millrace/http-api'
import { buildWorkflowApp } from './app.js'

await runProcess('workflow', async ({ config, log, requests }) => {
  const { url } = config.database
  const { directUrl, prepare } = config.databaseAccess
  await checkPooler(url, config.databaseAccess)
  // Takes turns with others under a lock of its session.
  await migrate(directUrl ?? url)
  const database = openDatabase(url, { applicationName: 'millrace-workflow', prepare })
  const owner = await ensureOwner(database.sql, { dir: config.directory })
  if (owner.created)
    log.info({ email: owner.email, file: owner.file }, 'made the first workspace and its owner')
  const app = await buildWorkflowApp(config, database, log, requests)
  return {
    listen: () => listen(app, { host: config.http.host, port: config.http.port }),
    stop: async () => {
      await app.close()
      await database.close()
    },
  }
})
