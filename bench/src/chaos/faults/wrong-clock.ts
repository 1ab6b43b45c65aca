import { fileURLToPath } from 'node:url'
import { waitFor } from '@millrace/testkit/processes'
import { publish } from '../../environment.js'
import { type Fault, leaseOf } from '../fault.js'
import { untilAnswered } from '../patience.js'
import type { Environment, Site } from '../site.js'
import { everySecond } from '../workflow.js'

const HOUR = 3_600_000
const PRELOAD = fileURLToPath(new URL('../preload/clock.js', import.meta.url))

const offBy = (ms: number): Environment => ({
  NODE_OPTIONS: `--import=${PRELOAD}`,
  CHAOS_CLOCK_OFFSET_MS: String(ms),
})

/** D8, I6: two schedulers two hours apart and a worker an hour ahead, while a schedule fires every second. */
export const wrongClock: Fault = {
  name: 'clock',
  title: 'clock of one process ± 1 h',
  backends: ['redis', 'postgres'],
  quickBackend: 'postgres',
  runs: { full: 500, quick: 25 },
  site: (quick) => ({
    leaseMs: leaseOf(quick),
    workers: 2,
    workerEnv: [offBy(HOUR), {}],
    schedulers: [offBy(-HOUR), offBy(HOUR)],
  }),
  async play({ site, quick, say }) {
    const published = await publish(site.sql, site.workspaceId, everySecond)
    await site.sql`INSERT INTO schedules (workspace_id, workflow_id, node_id, version_id, cron, timezone, next_at)
      VALUES (${site.workspaceId}, ${published.workflowId}, 'clock', ${published.versionId}, '* * * * * *', 'UTC',
        clock_timestamp())`
    const wanted = quick ? 3 : 20
    await waitFor(async () => (await ticks(site)).length >= wanted, { what: 'ticks', timeoutMs: 120_000 })
    await untilAnswered(() => site.sql`DELETE FROM schedules`)
    say(`${(await ticks(site)).length} ticks`)
  },
  async check(site) {
    const fired = await ticks(site)
    const problems: string[] = []
    if (new Set(fired.map(({ at }) => at)).size < fired.length) problems.push('a tick fired twice')
    // A tick is due by the database's clock, so none is an hour early or late.
    if (fired.some(({ late }) => late < 0 || late > 60_000)) problems.push('a tick fired at the wrong time')
    return problems
  },
}

const ticks = (site: Site) =>
  untilAnswered(
    () => site.sql<{ at: string; late: number }[]>`
      SELECT input ->> 'scheduledAt' AS at,
        (extract(epoch FROM created_at - (input ->> 'scheduledAt')::timestamptz) * 1000)::float8 AS late
      FROM runs WHERE trigger = 'clock'`,
  )
