import { execFileSync, spawnSync } from 'node:child_process'
import type { Account } from '../process.js'

/** Postgres refuses to run as root: it could read anything on the machine for whoever takes it over. */

const CANDIDATES = ['postgres', 'millrace']

/**
 * The account to run Postgres as: undefined means as ourselves. As root: `postgres` or `millrace` if the machine
 * has one, else a new system account `millrace`.
 * @throws Error when none can be made.
 */
export const postgresAccount = (): Account | undefined => {
  if (process.getuid?.() !== 0) return undefined
  for (const name of CANDIDATES) {
    const account = lookUp(name)
    if (account !== undefined) return account
  }
  spawnSync('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    'millrace',
  ])
  const made = lookUp('millrace')
  if (made !== undefined) return made
  throw new Error(
    'Postgres does not run as root, and the account `millrace` could not be created. ' +
      'Run as another user, create the account, or set DATABASE_URL.',
  )
}

const lookUp = (name: string): Account | undefined => {
  const ask = (flag: string): number =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  try {
    return { uid: ask('-u'), gid: ask('-g') }
  } catch {
    return undefined
  }
}

/** Whether the account can enter the folder: asks the system, so that every parent and ACL counts. */
export const canEnter = (account: Account | undefined, folder: string): boolean =>
  account === undefined || spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { ...account }).status === 0

/** Whether the account can run the program. */
export const canRun = (account: Account | undefined, program: string): boolean =>
  account === undefined || spawnSync(program, ['--version'], { ...account, cwd: '/' }).status === 0
