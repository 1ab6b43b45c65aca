import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine, isAlive } from '@millrace/local-services'
import { foldersOfTheDead, placesOf, removeFolder } from './temp-folder.js'

/**
 * Runs that were killed together with what cleans up after them leave folders and servers behind. A folder's name holds
 * the pid of its process, and each server notes its own pid in it: the next run clears what belongs to nobody.
 */

const PID_FILE = /(^|\/)(postmaster|redis)\.pid$/

export const removeLeftovers = async (): Promise<void> => {
  for (const folder of foldersOfTheDead(isAlive)) {
    for (const place of [folder, ...placesOf(folder)])
      for (const file of pidFilesIn(place)) await killOwner(file, place)
    removeFolder(folder)
  }
}

const pidFilesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => PID_FILE.test(name))
      .map((name) => join(folder, name))
  } catch {
    // It went while we looked.
    return []
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
