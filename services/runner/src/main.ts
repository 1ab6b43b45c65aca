import { runService } from '@millrace/connections'
import { listen } from '@millrace/http-api'
import { buildRunnerApp } from './app.js'

await runService('runner', async (parts) => {
  const app = await buildRunnerApp(parts)
  return { listen: () => listen(app, parts.config.http), stop: () => app.close(), needsQueue: false }
})
