import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { UsageError } from './exit-code.js'
import type { Terminal } from './terminal.js'

/** What `millrace login` remembers: the last URL, and a sign-in for each. */
const savedSignIn = z.object({
  token: z.string(),
  email: z.string(),
  /** Of the access token, in milliseconds since the epoch. */
  expiresAt: z.number(),
  refreshToken: z.string().optional(),
})
export type SavedSignIn = z.output<typeof savedSignIn>

const configFile = z.object({
  url: z.string().optional(),
  tokens: z.record(z.string(), savedSignIn).default({}),
})
export type Config = z.output<typeof configFile>

const EMPTY: Config = { tokens: {} }
/** Longer than a sign-in takes to renew: who held the lock has died. */
const STALE_LOCK_MS = 30_000
const LOOK_EVERY_MS = 50

const pathOf = ({ env, home }: Terminal): string =>
  join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'millrace', 'config.json')

/** Throws UsageError when there is a file and it is not what `login` writes: to go on would be to go to another server. */
export const readConfig = async (terminal: Terminal): Promise<Config> => {
  const path = pathOf(terminal)
  try {
    return configFile.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return EMPTY
    throw new UsageError(
      `${path} is damaged or cannot be read. Delete it, then sign in with \`millrace login\`.`,
    )
  }
}

/**
 * Reads, changes and writes the file, one process at a time: a refresh token that two processes use ends the sign-in.
 * `change` gives the new content, or undefined to leave the file alone.
 */
export const updateConfig = async (
  terminal: Terminal,
  change: (config: Config) => Promise<Config | undefined> | Config,
): Promise<void> => {
  const path = pathOf(terminal)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const lock = `${path}.lock`
  await takeLock(lock)
  try {
    const next = await change(await readConfig(terminal))
    if (next !== undefined) await writeConfig(path, next)
  } finally {
    await rm(lock, { force: true })
  }
}

const takeLock = async (lock: string): Promise<void> => {
  for (;;) {
    try {
      await (await open(lock, 'wx', 0o600)).close()
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const age = Date.now() - ((await stat(lock).catch(() => undefined))?.mtimeMs ?? Date.now())
    if (age > STALE_LOCK_MS) await rm(lock, { force: true })
    else await delay(LOOK_EVERY_MS)
  }
}

/** Mode 0600 from its first byte, and renamed into place: a token never lies open, nor half written. */
const writeConfig = async (path: string, config: Config): Promise<void> => {
  const draft = `${path}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 })
  await rename(draft, path)
}
