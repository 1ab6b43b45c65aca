import { setTimeout as delay } from 'node:timers/promises'
import { allConsumeAgain, type Fault, leaseOf } from '../fault.js'

/** I1, D10: Redis dies and comes back with what its file holds, then loses everything, again and again. */
export const lostRedis: Fault = {
  name: 'redis-loss',
  title: 'Redis restart, then FLUSHALL, mid-run',
  backends: ['redis'],
  quickBackend: 'redis',
  runs: { full: 2_000, quick: 40 },
  recoveryLimitMs: 30_000,
  site: (quick) => ({ leaseMs: leaseOf(quick), workers: 2 }),
  async play(scene) {
    const { site, quick, goesOn, say } = scene
    if (site.redis === undefined) throw new Error('this site has no Redis')
    let rounds = 0
    do {
      await delay(quick ? 500 : 3_000)
      await site.redis.restart()
      await allConsumeAgain(scene, await site.now())
      await site.redis.empty()
      await allConsumeAgain(scene, await site.now())
      rounds++
    } while (goesOn())
    say(`${rounds} restarts and FLUSHALLs`)
  },
}
