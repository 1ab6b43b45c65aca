import { type Permission, permission } from '@millrace/contracts'
import type { FastifyInstance } from 'fastify'

/**
 * What a route asks of its caller:
 * a permission of the actor's role, `authenticated` (any actor), `webhook` (the handler checks the signature
 * itself), or `public` (nothing).
 */
export type RoutePermission = Permission | 'authenticated' | 'webhook' | 'public'

export interface DeclaredRoute {
  readonly method: string
  readonly url: string
  readonly permission: RoutePermission
}

declare module 'fastify' {
  interface FastifyContextConfig {
    permission?: RoutePermission
    /** The body holds a definition, which may have no key twice: one of them would be lost without a word. */
    definition?: boolean
    /** It answers with server-sent events, and so has to make its viewers come back: see `useProblemErrors`. */
    eventStream?: boolean
  }
}

const registries = new WeakMap<FastifyInstance, DeclaredRoute[]>()

const KNOWN: ReadonlySet<string> = new Set([...permission.options, 'authenticated', 'webhook', 'public'])

/**
 * Default deny: the app does not become ready while a route lacks a declared permission. Checked when all
 * routes are known, and not as each is added, so that `declareForAll` can speak for a third-party plugin.
 */
export const requirePermissions = (app: FastifyInstance): void => {
  const routes: DeclaredRoute[] = []
  registries.set(app, routes)
  const pending: { method: string; url: string; config: { permission?: RoutePermission } }[] = []
  app.addHook('onRoute', (route) => {
    route.config ??= {}
    const { config } = route
    for (const method of [route.method].flat()) pending.push({ method, url: route.url, config })
  })
  app.addHook('onReady', async () => {
    for (const { method, url, config } of pending.splice(0)) {
      const declared = config.permission
      if (declared === undefined || !KNOWN.has(declared))
        throw new Error(`route ${method} ${url} declares no permission: set config.permission`)
      routes.push({ method, url, permission: declared })
    }
  })
}

/** Declares one permission for every route that this scope adds without one of its own. */
export const declareForAll = (scope: FastifyInstance, declared: RoutePermission): void => {
  scope.addHook('onRoute', (route) => {
    route.config ??= {}
    route.config.permission ??= declared
  })
}

/** Every route of a ready app made by `createApp`, in the order of registration. */
export const listRoutes = (app: FastifyInstance): readonly DeclaredRoute[] => registries.get(app) ?? []
