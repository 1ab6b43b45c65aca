import { setTimeout as delay } from 'node:timers/promises'
import { type Fault, leaseOf, ownedBy } from '../fault.js'

/** I3, D9: a worker sleeps past its lease, loses its runs, and wakes up believing that they are its own. */
export const suspendedWorker: Fault = {
  name: 'worker-pause',
  title: 'SIGSTOP a worker beyond its lease, then SIGCONT',
  backends: ['redis', 'postgres'],
  quickBackend: 'postgres',
  runs: { full: 200, quick: 30 },
  site: (quick) => ({ leaseMs: leaseOf(quick), workers: 2 }),
  async play({ site, quick, goesOn, interrupted, say }) {
    let pauses = 0
    do {
      await delay(500)
      const sleeper = site.workers[pauses % site.workers.length]
      if (sleeper === undefined) throw new Error('no worker is left')
      sleeper.kill('SIGSTOP')
      try {
        interrupted({ at: await site.now(), runs: await ownedBy(site, sleeper) })
        await delay(2 * leaseOf(quick) + 1_000)
      } finally {
        sleeper.kill('SIGCONT')
      }
      pauses++
    } while (goesOn())
    say(`${pauses} pauses`)
  },
}
