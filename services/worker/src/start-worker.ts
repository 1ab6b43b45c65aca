import type { Connections } from '@millrace/connections'
import type { CredentialData } from '@millrace/contracts'
import type { Metrics } from '@millrace/telemetry'
import { createCapabilities } from './capabilities/create.js'
import type { EventMetrics } from './count-events.js'
import { loadVersion } from './plan/load-version.js'
import { PlanCache } from './plan/plan-cache.js'
import { Worker, type WorkerDeps, type WorkerOptions } from './worker.js'

export interface StartWorkerOptions extends WorkerOptions {
  readonly allowPrivate: readonly string[]
  credential(workspaceId: string, name: string): Promise<CredentialData>
  readonly log: WorkerDeps['log']
  readonly metrics: EventMetrics & Pick<Metrics, 'watchHeldRuns'>
}

export interface RunningWorker {
  /** Runs in memory. */
  readonly held: number
  /** Drains, then closes what this worker has opened; the connections are the caller's. */
  stop(): Promise<void>
}

/** Starts a worker on open connections: in a process of its own, or inside the standalone one. */
export async function startWorker(
  connections: Connections,
  options: StartWorkerOptions,
): Promise<RunningWorker> {
  const { database, store, queue, feed } = connections
  const capabilities = createCapabilities(options)
  const plans = new PlanCache((versionId) => loadVersion(database.sql, versionId))
  const worker = new Worker(
    { store, queue, feed, plans, capabilities, log: options.log, metrics: options.metrics },
    options,
  )
  options.metrics.watchHeldRuns(() => worker.held)
  await worker.start()
  return {
    get held() {
      return worker.held
    },
    async stop() {
      await worker.stop()
      await capabilities.close()
    },
  }
}
