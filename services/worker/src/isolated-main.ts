import { createCredentialStore, createResumeTokens, createVaultOfKey, resumeUrls } from '@millrace/auth'
import { runService } from '@millrace/connections'
import { startWorker } from './start-worker.js'

/**
 * One run in a process of its own (D13): `isolated-main.js <run> <owner>`. Forked by the worker that owns the run;
 * tells it the id of its lease, takes the run over, and ends with it.
 */
const [, , runId = '', ownerId = ''] = process.argv

await runService('isolated run', async ({ config, connections, log, metrics }) => {
  const { store, database } = connections
  const { processes: _, drainMs, ...limits } = config.worker
  const worker = await startWorker(connections, {
    ...limits,
    name: `isolated ${process.pid}`,
    graceMs: drainMs,
    allowPrivate: config.allowPrivate,
    credential: createCredentialStore(database.sql, createVaultOfKey(config.secrets.masterKey)).use,
    resumeUrl: resumeUrls(createResumeTokens(config.secrets.masterKey), config.http.publicUrl),
    log,
    metrics,
    plays: {
      alone: async () => {
        // From here on our death is the run's doing.
        await new Promise((resolve) => process.send?.({ workerId: store.workerId }, resolve))
        return await store.takeFrom(runId, ownerId)
      },
    },
  })
  void worker.over.then(() => process.kill(process.pid, 'SIGTERM'))
  // It was given its run, and fetches none.
  const listen = () => Promise.resolve('nowhere: it has no HTTP side')
  return { listen, stop: () => worker.stop(), needsQueue: false }
})
