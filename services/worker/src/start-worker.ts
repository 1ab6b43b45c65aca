import type { Connections } from '@millrace/connections'
import type { CredentialData } from '@millrace/contracts'
import type { ClaimedRun } from '@millrace/run-store'
import type { Metrics } from '@millrace/telemetry'
import { callResolver } from './calls/resolve-call.js'
import type { CircuitOptions } from './capabilities/circuit-breakers.js'
import { createCapabilities } from './capabilities/create.js'
import { unusedProxyVariables } from './capabilities/proxy-variables.js'
import type { EventMetrics } from './count-events.js'
import { eventPublisher } from './events/publish-event.js'
import { createIsolatedRuns } from './isolation/isolated-runs.js'
import { loadVersion } from './plan/load-version.js'
import { PlanCache } from './plan/plan-cache.js'
import { Worker, type WorkerDeps, type WorkerOptions } from './worker.js'

export interface StartWorkerOptions extends WorkerOptions {
  readonly allowPrivate: readonly string[]
  credential(workspaceId: string, name: string): Promise<CredentialData>
  /** See `resumeUrls` of the auth package. */
  resumeUrl(runId: string, path: string): string
  readonly log: WorkerDeps['log']
  readonly metrics: EventMetrics & Pick<Metrics, 'watchHeldRuns' | 'watchOpenCircuits' | 'watchRefusedCalls'>
  readonly circuits?: CircuitOptions
  /**
   * A worker that answers doorbells sends runs that have killed two workers to processes of their own, forked with
   * this environment; a worker that plays `alone` claims this one run (D13).
   */
  readonly plays: { readonly childEnvironment: NodeJS.ProcessEnv } | { alone(): Promise<ClaimedRun | null> }
}

export interface RunningWorker {
  /** Runs in memory. */
  readonly held: number
  /** Resolves once a worker that plays alone holds its run no more. */
  readonly over: Promise<void>
  /** Drains, then closes what this worker has opened; the connections are the caller's. */
  stop(): Promise<void>
}

/** Starts a worker on open connections: in a process of its own, or inside the standalone one. */
export async function startWorker(
  connections: Connections,
  options: StartWorkerOptions,
): Promise<RunningWorker> {
  const { database, store, queue, feed, nearWorker: near } = connections
  const capabilities = createCapabilities({
    ...options,
    resolveCall: callResolver(database.sql),
    publishEvent: eventPublisher({
      store,
      queue,
      feed,
      onStarted: (count) => options.metrics.runsAccepted('trigger.event', count),
      onError: (error) => options.log.warn({ err: error }, 'a woken run was not rung for; the sweeper will'),
    }),
  })
  const plans = new PlanCache((versionId) => loadVersion(database.sql, versionId))
  const { log, metrics, plays } = options
  const unused = 'alone' in plays ? undefined : unusedProxyVariables(plays.childEnvironment)
  if (unused !== undefined) log.warn({}, unused)
  const isolated = 'alone' in plays ? undefined : createIsolatedRuns(plays.childEnvironment)
  const worker = new Worker(
    { store, queue, feed, near, plans, capabilities, log, metrics, isolated },
    options,
  )
  metrics.watchHeldRuns(() => worker.held)
  metrics.watchOpenCircuits(() => capabilities.circuits.open)
  metrics.watchRefusedCalls(() => capabilities.circuits.rejected)
  const over = 'alone' in plays ? worker.playAlone(() => plays.alone()) : new Promise<void>(() => {})
  if (!('alone' in plays)) await worker.start()
  return {
    over,
    get held() {
      return worker.held
    },
    async stop() {
      await worker.stop()
      await capabilities.close()
    },
  }
}
