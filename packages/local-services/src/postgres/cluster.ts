import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Account } from '../process.js'
import type { Place } from './place.js'
import { publishFolder } from './publish-folder.js'

const run = promisify(execFile)

export const SUPERUSER = 'millrace'

/**
 * Makes the cluster if there is none. Built under another name and then renamed: neither a kill half-way nor two
 * processes at once leave a broken one.
 * @returns whether a cluster was made, by us or by another process meanwhile.
 * @throws Error with initdb's own words.
 */
export const ensureCluster = async (place: Place, account: Account | undefined): Promise<boolean> => {
  if (existsSync(place.cluster)) return false
  const draft = mkdtempSync(`${place.cluster}.`)
  // Passable for Postgres' account, which owns only `data`.
  chmodSync(draft, 0o711)
  const password = randomBytes(24).toString('base64url')
  try {
    await initialise(place, draft, password, account)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    throw new Error(`initdb failed: ${(error as Error).message}`, { cause: error })
  }
  writeFileSync(join(draft, 'password'), password, { mode: 0o600 })
  publishFolder(draft, place.cluster)
  return true
}

const initialise = async (
  place: Place,
  draft: string,
  password: string,
  account: Account | undefined,
): Promise<void> => {
  const data = join(draft, 'data')
  const passwordFile = join(draft, 'initial-password')
  mkdirSync(data, { mode: 0o700 })
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account !== undefined)
    for (const path of [data, passwordFile]) chownSync(path, account.uid, account.gid)
  // The builtin provider: the same order of strings on every machine, whatever locales it has.
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--encoding=UTF8']
  const access = [`--username=${SUPERUSER}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  await run(place.binaries.initdb, [`--pgdata=${data}`, ...access, ...locale], { ...account, cwd: draft })
  rmSync(passwordFile)
}
