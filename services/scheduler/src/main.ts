import { runService } from '@millrace/connections'
import { listen } from '@millrace/http-api'
import { buildSchedulerApp } from './app.js'

await runService('scheduler', async (parts) => {
  const app = await buildSchedulerApp(parts)
  return { listen: () => listen(app, parts.config.http), stop: () => app.close(), needsQueue: true }
})
