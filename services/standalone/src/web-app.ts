import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import { MillraceError } from '@millrace/contracts'
import { declareForAll } from '@millrace/http-api'
import type { FastifyInstance, FastifyReply } from 'fastify'

/** Where `vite build` leaves the web app. */
const BUILT = fileURLToPath(new URL('../../../web/dist', import.meta.url))

/**
 * Scripts come from this origin and from files only: text that somebody got into the page never runs. Styles are
 * written by the component kit and the code editor at run time.
 */
const WEB_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; " +
  "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"

const YEAR = 'public, max-age=31536000, immutable'

/**
 * The web app: its files as they are, and its page for every other path a browser asks for, since the app has
 * routes of its own. Files under /assets carry a hash in their name and are kept for ever. Serves nothing when
 * the web app has not been built: the API needs no page.
 */
export const registerWebApp = async (app: FastifyInstance, folder = BUILT): Promise<void> => {
  if (!existsSync(`${folder}/index.html`)) return
  await app.register(async (scope) => {
    declareForAll(scope, 'public')
    await scope.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      index: false,
      cacheControl: false,
      acceptRanges: false,
      schemaHide: true,
      setHeaders: (response, path) => {
        response.header('content-security-policy', WEB_CSP)
        response.header('cache-control', path.startsWith(`${folder}/assets/`) ? YEAR : 'no-cache')
      },
    })
    const page = (reply: FastifyReply) => reply.sendFile('index.html')
    scope.get('/', { schema: { hide: true } }, (_request, reply) => page(reply))
    scope.get('/*', { schema: { hide: true } }, (request, reply) => {
      if (!isPage(request.url)) throw new MillraceError('NOT_FOUND')
      return page(reply)
    })
  })
}

/** Not for what scripts and other systems call: to them a page in place of an error would look like success. */
const isPage = (url: string): boolean => !/^\/(api|hooks|resume|health|metrics|assets)(\/|\?|$)/.test(url)
