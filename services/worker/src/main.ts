import { createCredentialStore, createResumeTokens, createVaultOfKey, resumeUrls } from '@millrace/auth'
import { runService } from '@millrace/connections'
import { createApp, listen, registerProbes } from '@millrace/http-api'
import { startWorker } from './start-worker.js'

await runService('worker', async ({ config, connections, log, metrics, requests }) => {
  const vault = createVaultOfKey(config.secrets.masterKey)
  const { processes: _, drainMs, ...limits } = config.worker
  const worker = await startWorker(connections, {
    ...limits,
    name: `worker ${process.pid}`,
    graceMs: drainMs,
    allowPrivate: config.allowPrivate,
    credential: createCredentialStore(connections.database.sql, vault).use,
    resumeUrl: resumeUrls(createResumeTokens(config.secrets.masterKey), config.http.publicUrl),
    log,
    metrics,
    plays: { childEnvironment: process.env },
  })
  // Its HTTP side is only probes and metrics.
  const app = createApp({
    name: 'worker',
    logger: log,
    authenticate: () => Promise.reject(new Error('a worker has no accounts')),
    metrics,
    requests,
  })
  registerProbes(app, {
    ready: () => connections.check(),
    problems: () => connections.problems(),
    metrics: metrics.registry,
    ...(config.http.metricsToken === undefined ? {} : { metricsToken: config.http.metricsToken }),
  })
  return {
    needsQueue: true,
    listen: () => listen(app, config.http),
    stop: async () => {
      // Both at once: it stops starting steps before its probes are gone.
      await Promise.all([worker.stop(), app.close()])
    },
  }
})
