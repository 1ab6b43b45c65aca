import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { waitFor } from '@millrace/testkit/processes'
import { allConsumeAgain, type Fault, leaseOf, ownedBy } from '../fault.js'
import type { Environment } from '../site.js'

const PRELOAD = fileURLToPath(new URL('../preload/block.js', import.meta.url))
const BLOCK_MS = { full: 60_000, quick: 6_000 }

const blocking = (quick: boolean): Environment => ({
  NODE_OPTIONS: `--import=${PRELOAD}`,
  CHAOS_BLOCK_PATH: '/reserve/7',
  CHAOS_BLOCK_MS: String(quick ? BLOCK_MS.quick : BLOCK_MS.full),
})

/** D9: the effect has happened, and its worker hangs before it can say so. */
export const blockedLoop: Fault = {
  name: 'blocked-loop',
  title: 'event loop blocked 60 s by a step',
  backends: ['redis', 'postgres'],
  quickBackend: 'redis',
  runs: { full: 50, quick: 25 },
  site: (quick) => ({
    leaseMs: leaseOf(quick),
    workers: 2,
    workerEnv: [blocking(quick), blocking(quick)],
  }),
  async play(scene) {
    const { site, quick, interrupted, say } = scene
    const file = join(site.folder, 'blocked')
    const pid = await waitFor(() => readFile(file, 'utf8').catch(() => undefined), {
      what: 'a worker to hang',
      timeoutMs: 180_000,
    })
    const worker = site.workers.find((each) => each.pid === Number(pid))
    if (worker === undefined) throw new Error(`process ${pid} hangs and is no worker of ours`)
    interrupted({ at: await site.now(), runs: await ownedBy(site, worker) })
    await delay(quick ? BLOCK_MS.quick : BLOCK_MS.full)
    await allConsumeAgain(scene, await site.now())
    say('one worker hung, and works again')
  },
}
