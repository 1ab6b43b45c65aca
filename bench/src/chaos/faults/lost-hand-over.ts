import { fileURLToPath } from 'node:url'
import { type Fault, leaseOf } from '../fault.js'
import { untilAnswered } from '../patience.js'
import type { Environment, Site } from '../site.js'

const PRELOAD = fileURLToPath(new URL('../preload/lose-hand-over.js', import.meta.url))
/** Hand-overs that a runner lives for. */
const LIFE = { full: 100, quick: 8 }
/** A worker looks each second for runs of its own that are a second old. */
const FOUND_WITHIN_MS = 3_000

const mortal = (quick: boolean): Environment => ({
  NODE_OPTIONS: `--import=${PRELOAD}`,
  CHAOS_HAND_OVERS: String(quick ? LIFE.quick : LIFE.full),
})

/** Accepted for a worker that has not begun them: those on their way, and the one that never left. */
const strays = ({ sql }: Site) =>
  untilAnswered(
    () => sql<{ id: string; epoch: number }[]>`
      SELECT id, epoch FROM runs WHERE worker_id IS NOT NULL AND claim_token = id AND last_seq = 0`,
  )

/** I1, D2, D11: the run is durable and claimed, and whoever accepted it dies before it has told the worker. */
export const lostHandOver: Fault = {
  name: 'hand-over',
  title: 'kill -9 the runner after its commit and before the hand-over',
  backends: ['redis', 'postgres'],
  quickBackend: 'postgres',
  runs: { full: 2_000, quick: 40 },
  recoveryLimitMs: FOUND_WITHIN_MS,
  site: (quick) => ({ leaseMs: leaseOf(quick), workers: 2, runnerEnv: mortal(quick) }),
  async play({ site, quick, goesOn, interrupted, say }) {
    let deaths = 0
    let lost = 0
    do {
      await site.runner.exited
      const runs = await strays(site)
      interrupted({ at: await site.now(), runs })
      lost += runs.length
      deaths++
      await site.replaceRunner(goesOn() ? mortal(quick) : {})
    } while (goesOn())
    // One that dies now would leave callers without anybody to call.
    if (lost === 0) throw new Error('no run was accepted and not handed over')
    say(`${deaths} runners died, ${lost} runs were looked for`)
  },
}
