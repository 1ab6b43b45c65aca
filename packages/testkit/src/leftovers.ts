import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandLine, isAlive } from '@millrace/local-services'

/**
 * Runs that were killed leave their folder and servers behind. The folder's name holds the pid of its run, and
 * each server notes its own pid in it: the next run clears what belongs to nobody.
 */

const NAME = /^millrace-run-(\d+)-/
const PID_FILES = ['postgres/cluster/data/postmaster.pid', 'redis/redis.pid']

export const runFolderPrefix = (pid: number): string => `millrace-run-${pid}-`

export const removeLeftovers = async (): Promise<void> => {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(NAME.exec(name)?.[1])
    if (Number.isNaN(pid) || isAlive(pid)) continue
    const folder = join(tmpdir(), name)
    for (const file of PID_FILES) await killOwner(join(folder, file), folder)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The number may have been given out again: only a process that was started on this folder is meant. */
const killOwner = async (pidFile: string, folder: string): Promise<void> => {
  const pid = readPid(pidFile)
  if (pid !== undefined && (await commandLine(pid)).includes(folder)) process.kill(pid, 'SIGKILL')
}

const readPid = (file: string): number | undefined => {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10)
  } catch {
    return undefined
  }
}
