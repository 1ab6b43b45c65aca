import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '@millrace/testkit/processes'
import { type Fault, LEASE_MS, leaseOf, ownedBy, SWEEP_MS } from '../fault.js'

const EVERY_MS = 3_000

/** I1, I2, D9: a worker dies without a word every 3 s, and another takes its place. */
export const killedWorker: Fault = {
  name: 'worker-kill',
  title: 'kill -9 a worker every 3 s',
  backends: ['redis', 'postgres'],
  quickBackend: 'redis',
  runs: { full: 5_000, quick: 40 },
  recoveryLimitMs: LEASE_MS.full + SWEEP_MS,
  site: (quick) => ({ leaseMs: leaseOf(quick), workers: 2 }),
  async play({ site, quick, goesOn, interrupted, say }) {
    let kills = 0
    do {
      await delay(quick ? 500 : EVERY_MS)
      const [victim] = site.workers
      if (victim === undefined) throw new Error('no worker is left')
      // No vacuous pass: it dies with runs in its hands.
      await waitFor(async () => (await ownedBy(site, victim)).length > 0, {
        what: 'a worker to have runs',
        timeoutMs: 120_000,
      })
      await site.kill(victim)
      interrupted({ at: await site.now(), runs: await ownedBy(site, victim) })
      await site.worker()
      kills++
    } while (goesOn())
    say(`${kills} workers killed`)
  },
}
