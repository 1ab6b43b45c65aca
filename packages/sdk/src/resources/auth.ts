import { meAnswer, type TokenAnswer, tokenAnswer } from '@millrace/contracts'
import type { Transport } from '../transport.js'

export const createAuth = (transport: Transport, setToken: (accessToken: string) => void) => ({
  /** Signs in; later calls of this client carry the token. Throws INVALID_CREDENTIALS or ACCOUNT_LOCKED. */
  async login(email: string, password: string): Promise<TokenAnswer> {
    const answer = await transport.call(
      { method: 'POST', path: '/auth/login', body: { email, password } },
      tokenAnswer,
    )
    setToken(answer.accessToken)
    return answer
  },
  me: () => transport.call({ method: 'GET', path: '/auth/me' }, meAnswer),
})
