import type { TokenAnswer } from '@millrace/contracts'
import { ApiError, createClient } from '@millrace/sdk'
import { readConfig, type SavedSignIn, updateConfig } from './config-file.js'
import type { Terminal } from './terminal.js'

/** A token that is about to expire would do so on its way. */
const MARGIN_MS = 5_000

/** What is kept of a sign-in. `email` is not taken from the answer: it is what the person typed. */
export const toSaved = (answer: TokenAnswer, email: string): SavedSignIn => ({
  token: answer.accessToken,
  email,
  expiresAt: Date.now() + answer.expiresIn * 1_000,
  ...(answer.refreshToken === undefined ? {} : { refreshToken: answer.refreshToken }),
})

/** The access token kept for a URL, renewed where it has expired; undefined when there is none, or its sign-in is over. */
export const savedToken = async (terminal: Terminal, baseUrl: string): Promise<string | undefined> => {
  const saved = (await readConfig(terminal)).tokens[baseUrl]
  if (saved === undefined) return undefined
  return isFresh(saved) ? saved.token : renewSaved(terminal, baseUrl, saved.token)
}

/** Another token than the one that was refused. Another process may have renewed it: then that one is taken. */
export const renewSaved = async (
  terminal: Terminal,
  baseUrl: string,
  refused: string | undefined,
): Promise<string | undefined> => {
  let token: string | undefined
  await updateConfig(terminal, async (config) => {
    const saved = config.tokens[baseUrl]
    if (saved === undefined) return undefined
    if (saved.token !== refused && isFresh(saved)) token = saved.token
    if (token !== undefined || saved.refreshToken === undefined) return undefined
    const next = await trade(baseUrl, saved.refreshToken, saved.email)
    token = next?.token
    // What is left says that there was a sign-in, and no longer tries a token that is worth nothing.
    const { refreshToken: _, ...over } = saved
    return { ...config, tokens: { ...config.tokens, [baseUrl]: next ?? over } }
  })
  return token
}

const trade = async (
  baseUrl: string,
  refreshToken: string,
  email: string,
): Promise<SavedSignIn | undefined> => {
  try {
    return toSaved(await createClient({ baseUrl }).auth.refresh(refreshToken), email)
  } catch (error) {
    if (error instanceof ApiError && error.code === 'UNAUTHENTICATED') return undefined
    throw error
  }
}

const isFresh = ({ expiresAt }: SavedSignIn): boolean => expiresAt > Date.now() + MARGIN_MS
