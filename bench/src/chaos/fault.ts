import type { NodeProcess } from '@millrace/testkit/processes'
import type { Backend } from '../environment.js'
import { untilAnswered } from './patience.js'
import type { Site, SiteOptions } from './site.js'

/** Runs that lost their owner at one moment. Their recovery is over with the next claim of each. */
export interface Interruption {
  /** By the database's clock, milliseconds since the epoch. */
  readonly at: number
  readonly runs: readonly { readonly id: string; readonly epoch: number }[]
}

/** What a fault needs while runs are coming in. */
export interface Scene {
  readonly site: Site
  readonly quick: boolean
  /** True until as many runs as planned have been accepted. */
  goesOn(): boolean
  interrupted(interruption: Interruption): void
  /** A recovery measured by the fault itself, milliseconds. */
  recovered(ms: number): void
  say(line: string): void
}

export interface Fault {
  readonly name: string
  readonly title: string
  readonly backends: readonly Backend[]
  /** Runs accepted at least; `quick` is for tests. */
  readonly runs: { readonly full: number; readonly quick: number }
  /** Which of the backends a test takes, so that all of them stay within its time. */
  readonly quickBackend: Backend
  site(quick: boolean): Omit<SiteOptions, 'backend'>
  /** Milliseconds that the 99th percentile of recoveries may take; not held against a quick pass. */
  readonly recoveryLimitMs?: number
  /** Plays until it has had its say and `goesOn` is false. Load goes on meanwhile; everything is healed at the end. */
  play(scene: Scene): Promise<void>
  /** Told of every run accepted. */
  readonly onAccepted?: (site: Site, runId: string) => Promise<void>
  /** What else must hold when all is at rest. @returns what does not. */
  readonly check?: (site: Site) => Promise<string[]>
}

/** Shorter than in production, so that many take-overs fit into one pass. Milliseconds. */
export const LEASE_MS = { full: 5_000, quick: 2_000 }
/** The scheduler's pause between two sweeps, milliseconds. */
export const SWEEP_MS = 2_000

const DEAF_AFTER_MS = 180_000

export const leaseOf = (quick: boolean): number => (quick ? LEASE_MS.quick : LEASE_MS.full)

/** The runs a worker process owns just now. */
export const ownedBy = (site: Site, worker: NodeProcess): Promise<{ id: string; epoch: number }[]> =>
  untilAnswered(
    () => site.sql<{ id: string; epoch: number }[]>`
      SELECT r.id, r.epoch FROM runs r JOIN workers w ON w.id = r.worker_id
      WHERE w.name = ${`worker ${worker.pid}`} AND r.finished_at IS NULL`,
  )

/**
 * Waits until every worker process has claimed a run after `since`, and notes how long each took.
 * @throws Error naming those that went deaf, after three minutes: a slow machine is not deaf.
 */
export async function allConsumeAgain({ site, recovered }: Scene, since: number): Promise<void> {
  const deadline = performance.now() + DEAF_AFTER_MS
  const names = site.workers.map((worker) => `worker ${worker.pid}`)
  for (;;) {
    const rows = await untilAnswered(
      () => site.sql<{ name: string; at: number }[]>`
        SELECT w.name, (extract(epoch FROM min(c.at)) * 1000)::float8 AS at
        FROM workers w JOIN chaos_claims c ON c.worker_id = w.id
        WHERE w.name = ANY (${names}) AND c.at > to_timestamp(${since / 1_000}::float8) GROUP BY w.name`,
    )
    if (rows.length === names.length) {
      for (const { at } of rows) recovered(at - since)
      return
    }
    if (performance.now() > deadline) {
      const deaf = names.filter((name) => !rows.some((row) => row.name === name))
      throw new Error(`${deaf.join(', ')} took nothing for ${DEAF_AFTER_MS} ms`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
