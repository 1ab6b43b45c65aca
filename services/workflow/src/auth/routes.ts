import { loginBody, MillraceError, meAnswer, refreshBody, tokenAnswer } from '@millrace/contracts'
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
      const { email, password, refresh } = request.body
      const { answer, refreshToken } = await signIn.login({ email, password, ip: request.ip })
      if (refresh === 'answer') return { ...answer, refreshToken }
      setRefreshCookie(reply, publicUrl, refreshToken)
      return answer
    },
  )

  routes.post(
    '/api/v1/auth/refresh',
    {
      config: open,
      schema: {
        tags,
        summary: 'Renew the access token',
        body: refreshBody,
        response: { 200: tokenAnswer },
      },
    },
    async (request, reply) => {
      const given = request.body?.refreshToken
      // A token in the body is the program's own: no browser adds it by itself.
      refuseCrossOrigin(request, publicUrl, given === undefined)
      if (given !== undefined) {
        const { answer, refreshToken } = await signIn.refresh(given)
        return { ...answer, refreshToken }
      }
      const token = refreshTokenOf(request)
      if (token === undefined) throw new MillraceError('UNAUTHENTICATED', 'There is no refresh cookie')
      const { answer, refreshToken } = await signIn.refresh(token)
      setRefreshCookie(reply, publicUrl, refreshToken)
      return answer
    },
  )

  routes.post(
    '/api/v1/auth/logout',
    { config: open, schema: { tags, summary: 'Sign out', body: refreshBody, response: { 204: nothing } } },
    async (request, reply) => {
      const given = request.body?.refreshToken
      refuseCrossOrigin(request, publicUrl, given === undefined)
      const token = given ?? refreshTokenOf(request)
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
