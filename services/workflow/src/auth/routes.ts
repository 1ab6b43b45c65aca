import { loginBody, MillraceError, meAnswer, tokenAnswer } from '@millrace/contracts'
import { nothing, typed } from '@millrace/http-api'
import type { FastifyInstance } from 'fastify'
import type { WorkflowDeps } from '../context.js'
import { clearRefreshCookie, refreshTokenOf, setRefreshCookie } from './cookie.js'
import { refuseCrossOrigin } from './origin.js'

const open = { permission: 'public' } as const
const tags = ['auth']

export const registerAuthRoutes = (
  app: FastifyInstance,
  { signIn, publicUrl }: Pick<WorkflowDeps, 'signIn' | 'publicUrl'>,
): void => {
  const routes = typed(app)

  routes.post(
    '/api/v1/auth/login',
    { config: open, schema: { tags, summary: 'Sign in', body: loginBody, response: { 200: tokenAnswer } } },
    async (request, reply) => {
      refuseCrossOrigin(request, publicUrl, false)
      const { answer, refreshToken } = await signIn.login({ ...request.body, ip: request.ip })
      setRefreshCookie(reply, publicUrl, refreshToken)
      return answer
    },
  )

  routes.post(
    '/api/v1/auth/refresh',
    { config: open, schema: { tags, summary: 'Renew the access token', response: { 200: tokenAnswer } } },
    async (request, reply) => {
      refuseCrossOrigin(request, publicUrl, true)
      const token = refreshTokenOf(request)
      if (token === undefined) throw new MillraceError('UNAUTHENTICATED', 'There is no refresh cookie')
      const { answer, refreshToken } = await signIn.refresh(token)
      setRefreshCookie(reply, publicUrl, refreshToken)
      return answer
    },
  )

  routes.post(
    '/api/v1/auth/logout',
    { config: open, schema: { tags, summary: 'Sign out', response: { 204: nothing } } },
    async (request, reply) => {
      refuseCrossOrigin(request, publicUrl, true)
      const token = refreshTokenOf(request)
      if (token !== undefined) await signIn.logout(token)
      return clearRefreshCookie(reply, publicUrl).status(204).send()
    },
  )

  routes.get(
    '/api/v1/auth/me',
    {
      config: { permission: 'authenticated' },
      schema: { tags, summary: 'Tell who is signed in', response: { 200: meAnswer } },
    },
    async (request) => signIn.whoIs(request.actor),
  )
}
