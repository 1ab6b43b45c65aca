import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Processes that outlive a terminal: started in a session of their own, watched by pid, stopped by signal. */

/** The operating system account a process runs as. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

interface DetachedOptions {
  readonly cwd: string
  /** Takes stdout and stderr. A file, not a pipe: the process may outlive us. */
  readonly logFile: string
  readonly account?: Account | undefined
}

const MAX_LOG_BYTES = 10 * 1024 * 1024

/** In a session of its own, so that Ctrl-C in our terminal does not reach it before our own drain has ended. */
export const spawnDetached = async (
  command: string,
  args: readonly string[],
  options: DetachedOptions,
): Promise<ChildProcess> => {
  rotate(options.logFile)
  const log = openSync(options.logFile, 'a', 0o600)
  const child = spawn(command, args, {
    cwd: options.cwd,
    detached: true,
    stdio: ['ignore', log, log],
    ...options.account,
  })
  closeSync(log)
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  child.unref()
  return child
}

const rotate = (file: string): void => {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size > MAX_LOG_BYTES) renameSync(file, `${file}.1`)
}

/** The last lines of a log, for an error message. */
export const tail = (file: string, lines = 8): string => {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
  } catch {
    return ''
  }
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Sends a signal; a process that is gone already is no error. */
export const sendSignal = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Its command line; empty when it is gone. A pid alone proves nothing: the system gives numbers out again. */
export const commandLine = async (pid: number): Promise<string> => {
  try {
    if (process.platform === 'linux')
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return (await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)])).stdout
  } catch {
    return ''
  }
}

/** Asks `probe` every 10 ms. @returns false when `timeoutMs` has passed first. */
export const poll = async (probe: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> => {
  const deadline = performance.now() + timeoutMs
  while (!(await probe())) {
    if (performance.now() > deadline) return false
    await delay(10)
  }
  return true
}
