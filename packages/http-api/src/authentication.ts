import { type Actor, isAllowed } from '@millrace/auth'
import { MillraceError } from '@millrace/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RoutePermission } from './routes.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking. Throws UNAUTHENTICATED on `public` and `webhook` routes, which have nobody. */
    readonly actor: Actor
  }
}

export type Authenticate = (authorization: string | undefined) => Promise<Actor>

/**
 * Knows the caller and checks the route's permission. Before the body is read, so that a stranger cannot make
 * the server buffer and parse one.
 */
export const useAuthentication = (app: FastifyInstance, authenticate: Authenticate): void => {
  const actors = new WeakMap<FastifyRequest, Actor>()
  app.decorateRequest('actor', {
    getter() {
      const actor = actors.get(this)
      if (actor === undefined) throw new MillraceError('UNAUTHENTICATED')
      return actor
    },
  })
  app.addHook('onRequest', async (request) => {
    if (request.is404) return
    const required = request.routeOptions.config.permission
    if (required === 'public' || required === 'webhook') return
    const actor = await authenticate(request.headers.authorization)
    checkPermission(actor, required)
    actors.set(request, actor)
  })
}

const checkPermission = (
  actor: Actor,
  required: Exclude<RoutePermission, 'public' | 'webhook'> | undefined,
) => {
  if (required === 'authenticated') return
  // A route without a permission cannot have booted; if one did, nobody may use it.
  if (required === undefined || !isAllowed(actor.role, required))
    throw new MillraceError(
      'FORBIDDEN',
      `The role ${actor.role} lacks the permission ${required ?? '(none)'}`,
    )
}
