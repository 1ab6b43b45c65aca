import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { DefinitionInput } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import type { NodeProcess } from '@millrace/testkit/processes'
import { publish } from '../../environment.js'
import { type Fault, leaseOf, type Scene } from '../fault.js'
import type { Environment, Site } from '../site.js'

const PRELOAD = fileURLToPath(new URL('../preload/die.js', import.meta.url))
const PATH = '/deadly'
const MORTAL: Environment = { NODE_OPTIONS: `--import=${PRELOAD}`, CHAOS_DEADLY_PATH: PATH }
/** How long the others are watched before there is a poisonous run. Milliseconds. */
const QUIET_MS = { full: 20_000, quick: 3_000 }
const LOOK_MS = 100
/** Runs completed before the others are watched. */
const WARM = 20

/** D13: a run that kills whatever it runs in. The others go on meanwhile: how much slower is told. */
export const poison: Fault = {
  name: 'poison',
  title: 'a run that kills every process it runs in',
  backends: ['redis', 'postgres'],
  quickBackend: 'redis',
  runs: { full: 2_000, quick: 25 },
  site: (quick) => ({ leaseMs: leaseOf(quick), workers: 2, workerEnv: [MORTAL, MORTAL] }),
  async play(scene) {
    const { site, quick, goesOn, say } = scene
    // What starting costs is no measure.
    while ((await completedRuns(site)) < WARM) await delay(LOOK_MS)
    const before = await pace(site, () => delay(quick ? QUIET_MS.quick : QUIET_MS.full))
    const runId = await startDeadly(site)
    const during = await pace(site, () => untilEnded(scene, runId))
    const rates = `${before.toFixed(1)} runs/s before, ${during.toFixed(1)} meanwhile`
    say(`others: ${rates}, ${(before / during).toFixed(2)} times slower`)
    while (goesOn()) await delay(LOOK_MS)
  },
  check: async ({ sql }) => {
    const rows = await sql<{ how: string }[]>`
      SELECT concat_ws(' ', status, error ->> 'code') AS how FROM runs WHERE trigger = 'deadly'`
    return rows.length === 1 && rows[0]?.how === 'failed POISON' ? [] : [`the deadly run: ${rows[0]?.how}`]
  },
}

const deadly = (upstream: string): DefinitionInput => ({
  format: 'millrace/v1',
  name: 'deadly',
  nodes: [
    { id: 'deadly', type: 'trigger.manual' },
    { id: 'boom', type: 'http.request', params: { method: 'POST', url: `${upstream}${PATH}` } },
  ],
  edges: [{ from: 'deadly', to: 'boom' }],
})

const startDeadly = async ({ connections, sql, workspaceId, upstream }: Site): Promise<string> => {
  const { workflowId, versionId } = await publish(sql, workspaceId, deadly(upstream.url))
  const id = uuidv7()
  const facts = { priority: 'normal', idempotencyKey: null, requestHash: null } as const
  const run = { id, workspaceId, workflowId, versionId, trigger: 'deadly', input: null }
  await connections.store.accept({ ...run, ...facts })
  await connections.queue.enqueue([{ runId: id }])
  return id
}

/** Runs completed a second while it works, by the database's clock. */
const pace = async (site: Site, work: () => Promise<void>): Promise<number> => {
  const [from, had] = [await site.now(), await completedRuns(site)]
  await work()
  return (((await completedRuns(site)) - had) * 1_000) / ((await site.now()) - from)
}

const completedRuns = async ({ sql }: Site): Promise<number> => {
  const [row] = await sql<[{ count: number }]>`
    SELECT count(*)::int AS count FROM runs WHERE status = 'completed'`
  return row.count
}

/** Starts each worker that dies again, as a supervisor does. */
const untilEnded = async ({ site, say }: Scene, runId: string): Promise<void> => {
  const dead = new Set<NodeProcess>()
  const watched = new Set<NodeProcess>()
  let deaths = 0
  for (;;) {
    for (const worker of site.workers.filter((each) => !watched.has(each))) {
      watched.add(worker)
      void worker.exited.then(() => dead.add(worker))
    }
    for (const worker of dead) {
      dead.delete(worker)
      await site.kill(worker)
      await site.worker(MORTAL)
      deaths++
    }
    const [row] = await site.sql<[{ ended: boolean }]>`
      SELECT finished_at IS NOT NULL AS ended FROM runs WHERE id = ${runId}`
    if (row.ended) return say(`${deaths} workers died of it`)
    await delay(LOOK_MS)
  }
}
