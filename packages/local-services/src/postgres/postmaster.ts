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

/** By its command line, not its pid: a zombie nobody has waited for yet has none. */
export const isRunning = async (data: string, pid: number): Promise<boolean> =>
  isAlive(pid) && (await commandLine(pid)).includes(data)

/**
 * The live server of this cluster, if there is one. Postgres itself replaces the file of a dead process; one whose
 * number a stranger has by now is removed, for Postgres would take the stranger for a server and not start.
 */
export const findRunning = async (data: string): Promise<Postmaster | undefined> => {
  const found = readPostmaster(data)
  if (found === undefined) return undefined
  if (await isRunning(data, found.pid)) return found
  if (isAlive(found.pid)) rmSync(pidFile(data), { force: true })
  return undefined
}

/** Fast shutdown: connections are closed, a checkpoint is written. After `graceMs` at once, without one. */
export const stopPostmaster = async (data: string, pid: number, graceMs: number): Promise<void> => {
  const gone = async () => !(await isRunning(data, pid))
  sendSignal(pid, 'SIGINT')
  if (await poll(gone, graceMs)) return
  // Safe: the log is durable, and the next start replays it.
  sendSignal(pid, 'SIGQUIT')
  if (!(await poll(gone, 5_000))) sendSignal(pid, 'SIGKILL')
}
