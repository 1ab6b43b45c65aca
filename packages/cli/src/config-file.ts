import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Terminal } from './terminal.js'

/** What `millrace login` remembers: the last URL, and a token for each. */
const configFile = z.object({
  url: z.string().optional(),
  tokens: z
    .record(z.string(), z.object({ token: z.string(), email: z.string(), expiresAt: z.number() }))
    .default({}),
})
export type Config = z.output<typeof configFile>

const EMPTY: Config = { tokens: {} }

const pathOf = ({ env, home }: Terminal): string =>
  join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'millrace', 'config.json')

/** An unreadable or foreign file counts as none: signing in again mends it. */
export const readConfig = async (terminal: Terminal): Promise<Config> => {
  try {
    return configFile.parse(JSON.parse(await readFile(pathOf(terminal), 'utf8')))
  } catch {
    return EMPTY
  }
}

/** Mode 0600 from its first byte, and renamed into place: a token never lies open, nor half written. */
export const writeConfig = async (terminal: Terminal, config: Config): Promise<void> => {
  const path = pathOf(terminal)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 })
  await rename(draft, path)
}
