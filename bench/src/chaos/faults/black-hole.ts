import { setTimeout as delay } from 'node:timers/promises'
import type { NetworkProxy } from '@millrace/testkit/processes'
import { allConsumeAgain, type Fault, leaseOf, type Scene } from '../fault.js'

/** D6, D9: connections that pass nothing on, then slow ones, then ones that are reset. */
export const blackHole: Fault = {
  name: 'black-hole',
  title: 'black-holed connections to Redis, to Postgres (10 s each)',
  backends: ['redis', 'postgres'],
  quickBackend: 'redis',
  runs: { full: 1_000, quick: 30 },
  recoveryLimitMs: 30_000,
  site: (quick) => ({ leaseMs: leaseOf(quick), workers: 2 }),
  async play(scene) {
    const { postgres, redis } = scene.site.proxies
    let rounds = 0
    do {
      for (const proxy of redis === undefined ? [postgres] : [redis, postgres]) await breakLink(scene, proxy)
      rounds++
    } while (scene.goesOn())
    scene.say(`${rounds} rounds of black hole, delay and reset`)
  },
}

const breakLink = async (scene: Scene, proxy: NetworkProxy): Promise<void> => {
  await delay(500)
  proxy.stall()
  await delay(scene.quick ? 3_000 : 10_000)
  await proxy.heal()
  await allConsumeAgain(scene, await scene.site.now())
  proxy.delay(100)
  await delay(scene.quick ? 500 : 2_000)
  proxy.reset()
  await proxy.heal()
  await allConsumeAgain(scene, await scene.site.now())
}
