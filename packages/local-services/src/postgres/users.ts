import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive } from '../process.js'

/**
 * Who uses a server: one file a handle, `<pid>.<n>`. The last one out stops it. A process that was killed counts
 * no more; should its number have been given out again, the server merely goes on running.
 */

let handles = 0

/** @returns a function that takes the name off the list and tells whether others are left. */
export const joinUsers = (folder: string): (() => { othersLeft: boolean }) => {
  const own = join(folder, `${process.pid}.${++handles}`)
  writeFileSync(own, '')
  return () => {
    rmSync(own, { force: true })
    return { othersLeft: readdirSync(folder).some((name) => isLive(folder, name)) }
  }
}

const isLive = (folder: string, name: string): boolean => {
  const alive = isAlive(Number.parseInt(name, 10))
  if (!alive) rmSync(join(folder, name), { force: true })
  return alive
}
