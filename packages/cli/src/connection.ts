import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { loginBody } from '@millrace/contracts'
import { type Client, createClient } from '@millrace/sdk'
import { readConfig } from './config-file.js'
import { renewSaved, savedToken } from './saved-sign-in.js'
import type { Terminal } from './terminal.js'

const DEFAULT_URL = 'http://localhost:3000'
const owner = loginBody.pick({ email: true, password: true }).strip()
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Where to: the option, the environment, the last login, the local default. */
export const resolveUrl = async (terminal: Terminal, option: string | undefined): Promise<string> => {
  const url = option ?? terminal.env.MILLRACE_URL ?? (await readConfig(terminal)).url ?? DEFAULT_URL
  return url.replace(/\/+$/, '')
}

/**
 * A client that is signed in: by MILLRACE_TOKEN, by a login that still holds or can be renewed, or as the owner of the
 * Millrace whose data lies in MILLRACE_DIR or this folder's `.millrace`. With none of these the API answers
 * UNAUTHENTICATED.
 */
export const connect = async (terminal: Terminal, option: string | undefined): Promise<Client> => {
  const baseUrl = await resolveUrl(terminal, option)
  if (terminal.env.MILLRACE_TOKEN !== undefined)
    return createClient({ baseUrl, token: terminal.env.MILLRACE_TOKEN })
  const token = await savedToken(terminal, baseUrl)
  if (token !== undefined)
    return createClient({ baseUrl, token, renew: (refused) => renewSaved(terminal, baseUrl, refused) })
  const client = createClient({ baseUrl })
  const found = isLoopback(baseUrl) ? await readOwner(terminal) : undefined
  if (found !== undefined) await client.auth.login(found.email, found.password)
  return client
}

/** Why the API does not know who we are, in words for the person who called. */
export const explainSignIn = async (terminal: Terminal, option: string | undefined): Promise<string> => {
  if (terminal.env.MILLRACE_TOKEN !== undefined) return 'MILLRACE_TOKEN is not a valid token, or has expired.'
  const baseUrl = await resolveUrl(terminal, option)
  const known = (await readConfig(terminal)).tokens[baseUrl] !== undefined
  return known
    ? 'Your sign-in has expired: millrace login'
    : `You are not signed in to ${baseUrl}: millrace login`
}

/** The owner's password is for the machine it lies on: it is sent nowhere else. */
const isLoopback = (url: string): boolean => URL.canParse(url) && LOOPBACK.has(new URL(url).hostname)

const readOwner = async ({ cwd, env }: Terminal) => {
  try {
    const folder = resolve(cwd, env.MILLRACE_DIR ?? '.millrace')
    return owner.parse(JSON.parse(await readFile(join(folder, 'owner.json'), 'utf8')))
  } catch {
    return undefined
  }
}
