import type { FastifyInstance } from 'fastify'
import { actOnRun } from './bulk/act.js'
import { BulkLoop } from './bulk/bulk-loop.js'
import { registerBulk } from './bulk/routes.js'
import type { RunnerDeps } from './context.js'
import { registerDeadLetters } from './dead-letters/routes.js'
import { Listeners } from './published/listeners.js'
import { secretReader } from './published/secrets.js'
import { Versions } from './published/versions.js'
import { registerRecovery } from './recovery/routes.js'
import { Admission } from './runs/admission.js'
import { Canceller } from './runs/cancel.js'
import { Enqueuer } from './runs/enqueuer.js'
import { HandOver } from './runs/hand-over.js'
import { Messenger } from './runs/messenger.js'
import { registerRunRoutes } from './runs/routes.js'
import { runTakeOver } from './runs/take-over.js'
import { SseConnections } from './stream/connections.js'
import { RunHub } from './stream/hub.js'
import { registerMultiplexedStream } from './stream/multiplex.js'
import { registerRunStream } from './stream/routes.js'
import { registerTestRuns } from './test-runs/routes.js'
import { registerApprovals } from './waits/approval-routes.js'
import { registerEventRoutes } from './waits/event-routes.js'
import { registerResumeRoutes } from './waits/resume-routes.js'
import { TaskLine } from './waits/task-line.js'
import { registerTasks } from './waits/task-routes.js'
import { createWaker } from './waits/waker.js'
import { registerWebhooks } from './webhooks/routes.js'

/**
 * The runner API: starts runs, shows them, streams them, cancels them, and listens on webhooks. Register it on an
 * app of `createApp`. It closes what it opens: streams end before the server stops, doorbells and cancels in hand
 * are finished after.
 */
export const runnerPlugin =
  (deps: RunnerDeps) =>
  async (app: FastifyInstance): Promise<void> => {
    const onError = (error: unknown, what: string) => deps.log.warn({ err: error }, `${what} failed`)
    const versions = new Versions(deps.sql)
    const enqueuer = new Enqueuer({
      queue: deps.queue,
      onError: (error, lost) =>
        deps.log.warn({ err: error, lost }, 'doorbells lost; the sweeper rings again'),
    })
    const admission = new Admission({ store: deps.store, onError, now: Date.now })
    const handOver = new HandOver({
      near: deps.nearWorker,
      feed: deps.feed,
      onError,
      now: () => performance.now(),
    })
    const hub = new RunHub({
      feed: deps.feed,
      readEvents: (run, after, limit) => deps.store.readEvents(run.workspaceId, run.runId, after, limit),
      lastSeqs: deps.store.lastSeqs,
      onError,
    })
    const connections = new SseConnections({ random: deps.random })
    const messenger = new Messenger({ store: deps.store, feed: deps.feed, enqueuer, onError })
    const waker = createWaker({ enqueuer, feed: deps.feed, onError })
    const canceller = new Canceller({
      messenger,
      takeOver: runTakeOver({ sql: deps.sql, store: deps.store, feed: deps.feed, waker, onError }),
      onError,
    })
    const listeners = new Listeners({
      sql: deps.sql,
      versions,
      secretOf: secretReader(deps.useCredential),
      now: () => performance.now(),
    })
    const onAccepted = (triggerType: string, count?: number) => deps.metrics?.runsAccepted(triggerType, count)
    deps.metrics?.watchSseConnections(() => connections.size)
    const starting = {
      sql: deps.sql,
      versions,
      accept: deps.store.accept,
      places: deps.store,
      admission,
      enqueuer,
      handOver,
      onAccepted,
    }

    registerRunRoutes(app, { ...starting, store: deps.store, canceller })
    const bulk = new BulkLoop({
      sql: deps.sql,
      act: actOnRun({ canceller, messenger, linking: { ...starting, store: deps.store } }),
      onError,
    })
    registerDeadLetters(app, { sql: deps.sql, linking: { ...starting, store: deps.store } })
    registerBulk(app, { sql: deps.sql, loop: bulk })
    registerTestRuns(app, { ...starting, store: deps.store })
    registerRecovery(app, { ...starting, store: deps.store, messenger })
    registerRunStream(app, { store: deps.store, hub, connections, onError })
    registerMultiplexedStream(app, { store: deps.store, hub, connections, onError, feed: deps.feed })
    const line = new TaskLine({ store: deps.store, feed: deps.feed, onError })
    registerTasks(app, { store: deps.store, line, waker })
    registerApprovals(app, { store: deps.store, waker })
    registerEventRoutes(app, { store: deps.store, waker, admission, enqueuer, onAccepted })
    registerResumeRoutes(app, { ...deps, waker })
    await registerWebhooks(app, { ...starting, listeners, hub, store: deps.store, messenger, onError })

    app.addHook('onReady', async () => {
      bulk.start()
      await handOver.start()
      await line.start()
    })
    app.addHook('preClose', async () => {
      handOver.stop()
      line.close()
      await bulk.stop()
      hub.close()
      connections.close()
    })
    app.addHook('onClose', async () => {
      await canceller.close()
      await enqueuer.drain()
    })
  }
