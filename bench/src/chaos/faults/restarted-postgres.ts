import { setTimeout as delay } from 'node:timers/promises'
import { allConsumeAgain, type Fault, leaseOf } from '../fault.js'

/** I1, D6, D10: Postgres goes down every 5 to 10 s, by turns with a goodbye and without. */
export const restartedPostgres: Fault = {
  name: 'postgres-restart',
  title: 'Postgres restart every 5 to 10 s',
  backends: ['redis', 'postgres'],
  quickBackend: 'postgres',
  runs: { full: 5_000, quick: 40 },
  recoveryLimitMs: 30_000,
  site: (quick) => ({ leaseMs: leaseOf(quick), workers: 2 }),
  async play(scene) {
    const { site, quick, goesOn, say } = scene
    let restarts = 0
    do {
      await delay(quick ? 500 : 5_000 + 1_000 * (restarts % 6))
      await site.postgres.restart(restarts % 2 === 0 ? 'crash' : 'stop')
      await allConsumeAgain(scene, await site.now())
      restarts++
    } while (goesOn() || restarts < 2)
    say(`${restarts} restarts`)
  },
}
