import type { Backend } from '../environment.js'
import type { Fault } from './fault.js'
import { blackHole } from './faults/black-hole.js'
import { blockedLoop } from './faults/blocked-loop.js'
import { duplicateDeliveries } from './faults/duplicate-deliveries.js'
import { FULL_DISK, playFullDisk } from './faults/full-disk.js'
import { killedWorker } from './faults/killed-worker.js'
import { lostHandOver } from './faults/lost-hand-over.js'
import { lostRedis } from './faults/lost-redis.js'
import { poison } from './faults/poison.js'
import { restartedPostgres } from './faults/restarted-postgres.js'
import { suspendedWorker } from './faults/suspended-worker.js'
import { wrongClock } from './faults/wrong-clock.js'
import { type Outcome, play } from './play.js'

/** One fault on one backend. */
export interface Part {
  readonly fault: string
  readonly backend: Backend
  readonly title: string
  readonly runs: number
  /** @returns undefined where this machine cannot play it. */
  play(say: (line: string) => void): Promise<Outcome | undefined>
}

export interface Choice {
  /** Few runs, each fault on one backend only. */
  readonly quick: boolean
  /** Names of faults; undefined is all. */
  readonly faults: readonly string[] | undefined
  /** Instead of each fault's own number. */
  readonly runs: number | undefined
}

const FAULTS: readonly Fault[] = [
  killedWorker,
  lostRedis,
  restartedPostgres,
  suspendedWorker,
  blackHole,
  duplicateDeliveries,
  wrongClock,
  blockedLoop,
  poison,
  lostHandOver,
]

/** @throws Error when a fault is named that does not exist. */
export function makePlan({ quick, faults, runs }: Choice): Part[] {
  const all = [...FAULTS.flatMap((fault) => partsOf(fault, quick, runs)), diskPart(quick, runs)]
  for (const name of faults ?? [])
    if (!all.some(({ fault }) => fault === name)) throw new Error(`there is no fault ${name}`)
  return faults === undefined ? all : all.filter(({ fault }) => faults.includes(fault))
}

const partsOf = (fault: Fault, quick: boolean, chosen: number | undefined): Part[] => {
  const runs = chosen ?? (quick ? fault.runs.quick : fault.runs.full)
  const backends = quick ? [fault.quickBackend] : fault.backends
  return backends.map((backend) => ({
    fault: fault.name,
    title: fault.title,
    backend,
    runs,
    play: (say) => play(fault, { backend, runs, quick, say }),
  }))
}

const diskPart = (quick: boolean, chosen: number | undefined): Part => {
  const runs = chosen ?? (quick ? FULL_DISK.runs.quick : FULL_DISK.runs.full)
  return {
    fault: FULL_DISK.name,
    title: FULL_DISK.title,
    backend: 'postgres',
    runs,
    play: (say) => playFullDisk(runs, quick, say),
  }
}
