import { meAnswer, type TokenAnswer, tokenAnswer } from '@millrace/contracts'
import type { Transport } from '../transport.js'

export const createAuth = (transport: Transport, signedIn: (answer: TokenAnswer) => void) => ({
  /**
   * Signs in; later calls of this client carry the token, and renew it when it has expired. Throws
   * INVALID_CREDENTIALS or ACCOUNT_LOCKED.
   */
  async login(email: string, password: string): Promise<TokenAnswer> {
    const body = { email, password, refresh: 'answer' }
    const answer = await transport.call({ method: 'POST', path: '/auth/login', body }, tokenAnswer)
    signedIn(answer)
    return answer
  },

  /** Trades a refresh token for an access token and the next refresh token. Each works once. Throws UNAUTHENTICATED. */
  async refresh(refreshToken: string): Promise<TokenAnswer> {
    const call = { method: 'POST', path: '/auth/refresh', body: { refreshToken } } as const
    const answer = await transport.call(call, tokenAnswer)
    signedIn(answer)
    return answer
  },

  /** Ends the sign-in that a refresh token stands for. */
  async logout(refreshToken: string): Promise<void> {
    await transport.open({ method: 'POST', path: '/auth/logout', body: { refreshToken } })
  },

  me: () => transport.call({ method: 'GET', path: '/auth/me' }, meAnswer),
})
