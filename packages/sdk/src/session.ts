import { type TokenAnswer, tokenAnswer } from '@millrace/contracts'
import { ApiError } from './errors.js'
import type { Transport } from './transport.js'

/**
 * Owns: the access token of one client, and its renewal. Does not own: where tokens are kept between programs.
 * Invariant: one renewal at a time; whoever finds the token expired meanwhile waits for it, since a refresh token
 * that is used twice ends the sign-in.
 */
export interface Session {
  token(): string | undefined
  set(answer: TokenAnswer): void
  /** A token other than `refused`, which the API no longer takes; undefined when there is none to be had. */
  renew(refused: string | undefined): Promise<string | undefined>
}

export interface SessionOptions {
  readonly token?: string | undefined
  readonly refreshToken?: string | undefined
  readonly renew?: ((refused: string | undefined) => Promise<string | undefined>) | undefined
}

/** `transport` makes the call that renews: one that does not renew by itself. */
export const createSession = (options: SessionOptions, transport: () => Transport): Session => {
  let token = options.token
  let refreshToken = options.refreshToken
  let renewal: Promise<string | undefined> | undefined

  const set = (answer: TokenAnswer): void => {
    token = answer.accessToken
    refreshToken = answer.refreshToken
  }
  const refresh = async (): Promise<string | undefined> => {
    if (refreshToken === undefined) return undefined
    const body = { refreshToken }
    try {
      set(await transport().call({ method: 'POST', path: '/auth/refresh', body }, tokenAnswer))
      return token
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'UNAUTHENTICATED') throw error
      refreshToken = undefined
      return undefined
    }
  }
  const start = async (refused: string | undefined): Promise<string | undefined> => {
    if (options.renew === undefined) return refresh()
    token = (await options.renew(refused)) ?? token
    return token === refused ? undefined : token
  }

  return {
    token: () => token,
    set,
    renew: (refused) => {
      if (token !== refused) return Promise.resolve(token)
      renewal ??= start(refused).finally(() => {
        renewal = undefined
      })
      return renewal
    },
  }
}
