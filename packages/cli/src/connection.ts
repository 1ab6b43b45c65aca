import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loginBody } from '@millrace/contracts'
import { type Client, createClient } from '@millrace/sdk'
import { readConfig } from './config-file.js'
import type { Terminal } from './terminal.js'

const DEFAULT_URL = 'http://localhost:3000'
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Where to: the option, the environment, the last login, the local default. */
export const resolveUrl = async (terminal: Terminal, option: string | undefined): Promise<string> => {
  const url = option ?? terminal.env.MILLRACE_URL ?? (await readConfig(terminal)).url ?? DEFAULT_URL
  return url.replace(/\/+$/, '')
}

/**
 * A client that is signed in: by MILLRACE_TOKEN, by a login that still holds, or as the owner of the Millrace
 * whose data lies in this folder. With none of these the API answers UNAUTHENTICATED.
 */
export const connect = async (terminal: Terminal, option: string | undefined): Promise<Client> => {
  const baseUrl = await resolveUrl(terminal, option)
  const token = terminal.env.MILLRACE_TOKEN ?? (await savedToken(terminal, baseUrl))
  if (token !== undefined) return createClient({ baseUrl, token })
  const client = createClient({ baseUrl })
  const owner = isLoopback(baseUrl) ? await readOwner(terminal) : undefined
  if (owner !== undefined) await client.auth.login(owner.email, owner.password)
  return client
}

const savedToken = async (terminal: Terminal, baseUrl: string): Promise<string | undefined> => {
  const saved = (await readConfig(terminal)).tokens[baseUrl]
  return saved !== undefined && saved.expiresAt > Date.now() ? saved.token : undefined
}

/** The owner's password is for the machine it lies on: it is sent nowhere else. */
const isLoopback = (url: string): boolean => URL.canParse(url) && LOOPBACK.has(new URL(url).hostname)

const readOwner = async ({ cwd }: Terminal) => {
  try {
    const text = await readFile(join(cwd, '.millrace', 'owner.json'), 'utf8')
    return loginBody.strip().parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
