import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine, isAlive, poll, sendSignal } from '../process.js'

/** What the running server says about itself in `postmaster.pid` (Postgres, src/include/utils/pidfile.h). */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly ready: boolean
}

const LINE = { pid: 0, port: 3, status: 7 }
const pidFile = (data: string): string => join(data, 'postmaster.pid')

/** @returns undefined when no file is there, or the server is still writing it. */
export const readPostmaster = (data: string): Postmaster | undefined => {
  try {
    const lines = readFileSync(pidFile(data), 'utf8').split('\n')
    const pid = Number(lines[LINE.pid])
    if (!Number.isInteger(pid) || pid <= 0) return undefined
    return { pid, port: Number(lines[LINE.port]), ready: lines[LINE.status]?.trim() === 'ready' }
  } catch {
    return undefined
  }
}

export const isGone = (data: string, pid: number): boolean =>
  readPostmaster(data)?.pid !== pid || !isAlive(pid)

/**
 * The live server of this cluster, if there is one. A file that a kill -9 or a reboot left behind is removed:
 * Postgres takes a foreign process of the same number for a server of its own and would not start.
 */
export const findRunning = async (data: string): Promise<Postmaster | undefined> => {
  const found = readPostmaster(data)
  if (found === undefined) return undefined
  if (isAlive(found.pid) && (await commandLine(found.pid)).includes(data)) return found
  rmSync(pidFile(data), { force: true })
  return undefined
}

/** Fast shutdown: connections are closed, a checkpoint is written. After `graceMs` at once, without one. */
export const stopPostmaster = async (data: string, pid: number, graceMs: number): Promise<void> => {
  sendSignal(pid, 'SIGINT')
  if (await poll(() => isGone(data, pid), graceMs)) return
  // Safe: the log is durable, and the next start replays it.
  sendSignal(pid, 'SIGQUIT')
  if (!(await poll(() => isGone(data, pid), 5_000))) sendSignal(pid, 'SIGKILL')
}
