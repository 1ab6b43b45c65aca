import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeWithUs } from './reaper.js'

export interface TempFolder {
  readonly path: string
  remove(): void
}

/**
 * An empty folder that the account of an embedded Postgres can enter too. Its name holds our pid; it goes with us, and
 * what is left of it all the same is swept by the next run: see `removeLeftovers`.
 */
export const createTempFolder = (prefix = 'millrace-test-'): TempFolder => {
  const path = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`))
  chmodSync(path, 0o711)
  const forget = removeWithUs(path)
  return {
    path,
    remove: () => {
      removeFolder(path)
      forget()
    },
  }
}

/** With the clusters of embedded Postgres servers that could not lie in it. */
export const removeFolder = (folder: string): void => {
  for (const place of placesOf(folder)) rmSync(place, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
}

/** Where a cluster lies that could not lie in the folder, as `local-services` has noted it. */
export const placesOf = (folder: string): string[] =>
  ['', 'postgres', '.millrace/postgres']
    .map((sub) => join(folder, sub, 'location'))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .filter((place) => place.startsWith('/var/tmp/millrace-'))

/** Temporary folders of processes that are gone. */
export const foldersOfTheDead = (isAlive: (pid: number) => boolean): string[] =>
  readdirSync(tmpdir())
    .filter((name) => {
      const pid = Number(/^millrace-[a-z-]+-(\d+)-/.exec(name)?.[1])
      return !Number.isNaN(pid) && !isAlive(pid)
    })
    .map((name) => join(tmpdir(), name))
