import { MillraceError, type TokenAnswer } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { verifyPassword } from '../passwords/passwords.js'
import type { Actor } from '../roles.js'
import type { TokenService } from '../tokens.js'
import { attemptOf, clearAttempt, countAttempt } from './lockout.js'
import { findByEmail, findMember, type Member } from './members.js'
import { endFamily, rotate, startFamily } from './refresh-tokens.js'

export interface SignedIn {
  readonly answer: TokenAnswer
  /** For the HttpOnly cookie, or for a client that keeps it itself. Valid for 30 days, once. */
  readonly refreshToken: string
}

export interface SignIn {
  /** Throws INVALID_CREDENTIALS, or ACCOUNT_LOCKED with how long to wait. */
  login(request: { email: string; password: string; ip: string }): Promise<SignedIn>
  /** Throws UNAUTHENTICATED; using a token twice ends every session that came from it. */
  refresh(refreshToken: string): Promise<SignedIn>
  /** Ends the session. Access tokens already given out last their 15 minutes. */
  logout(refreshToken: string): Promise<void>
  /** Throws UNAUTHENTICATED when the user has left the workspace since the token was made. */
  whoIs(actor: Actor): Promise<Pick<TokenAnswer, 'user' | 'workspace'>>
}

export const createSignIn = (sql: Sql, tokens: Pick<TokenService, 'sign'>): SignIn => {
  const welcome = async (member: Member, refreshToken: string): Promise<SignedIn> => ({
    answer: { ...(await tokens.sign(member.actor)), ...introduce(member) },
    refreshToken,
  })
  return {
    login: async ({ email, password, ip }) => {
      const attempt = await countAttempt(sql, attemptOf(email, ip))
      const found = await findByEmail(sql, email)
      const fits = await verifyPassword(found?.passwordHash, password)
      if (!fits || found === undefined) throw new MillraceError('INVALID_CREDENTIALS')
      await clearAttempt(sql, attempt)
      return welcome(found.member, await startFamily(sql, found.member.actor))
    },
    refresh: async (refreshToken) => {
      const { session, token } = await rotate(sql, refreshToken)
      return welcome(await memberOf(sql, session), token)
    },
    logout: (refreshToken) => endFamily(sql, refreshToken),
    whoIs: async (actor) => introduce(await memberOf(sql, actor)),
  }
}

const memberOf = async (sql: Sql, session: { userId: string; workspaceId: string }): Promise<Member> => {
  const member = await findMember(sql, session)
  if (member === undefined) throw new MillraceError('UNAUTHENTICATED', 'You are no longer in this workspace')
  return member
}

const introduce = ({ actor, workspace }: Member): Pick<TokenAnswer, 'user' | 'workspace'> => ({
  workspace,
  user: { id: actor.userId, email: actor.email, role: actor.role },
})
