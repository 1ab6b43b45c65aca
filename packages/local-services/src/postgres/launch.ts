import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../port.js'
import { type Account, isAlive, poll, spawnDetached, tail } from '../process.js'
import type { Place } from './place.js'
import { findRunning, type Postmaster, readPostmaster } from './postmaster.js'
import { serverArguments } from './settings.js'

export interface LaunchOptions {
  /** Taken if it is free. */
  readonly preferredPort: number | undefined
  readonly durable: boolean
  readonly account: Account | undefined
}

/** After a crash the log is replayed before the server is ready. */
const READY_WITHIN_MS = 120_000
const RETRY_MS = 100
const MAX_ATTEMPTS = 100

/** Reasons that pass by themselves: a killed postmaster's backends, another process that starts this cluster. */
const TRANSIENT = /pre-existing shared memory block|lock file "postmaster.pid"|could not bind/

/**
 * The ready server of this cluster: the one that runs, or else a new one.
 * @throws Error with the end of the server's log when it does not start.
 */
export const joinOrLaunch = async (place: Place, options: LaunchOptions): Promise<Postmaster> => {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const running = await findRunning(place.data)
    const ready = await untilReady(place, running?.pid ?? (await launch(place, options)))
    if (ready !== undefined) return ready
    // A server that was on its way down when we found it is no reason to give up.
    if (running === undefined && !TRANSIENT.test(tail(place.log))) break
    await delay(RETRY_MS)
  }
  throw new Error(`Postgres did not start. Its log, ${place.log}, ends with:\n${tail(place.log)}`)
}

const launch = async (place: Place, options: LaunchOptions): Promise<number> => {
  const port = await freePort(options.preferredPort)
  const child: ChildProcess = await spawnDetached(
    place.binaries.postgres,
    serverArguments(place.data, port, options.durable),
    { cwd: place.data, logFile: place.log, account: options.account },
  )
  return child.pid!
}

/** @returns undefined when the process ended first. */
const untilReady = async (place: Place, pid: number): Promise<Postmaster | undefined> => {
  const state = () => {
    const postmaster = readPostmaster(place.data)
    return postmaster?.pid === pid && postmaster.ready ? postmaster : undefined
  }
  await poll(() => state() !== undefined || !isAlive(pid), READY_WITHIN_MS)
  return isAlive(pid) ? state() : undefined
}
