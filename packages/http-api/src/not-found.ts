import { MillraceError } from '@millrace/contracts'
import type { FastifyInstance } from 'fastify'
import { sendProblem } from './errors/reply.js'
import { listRoutes } from './routes.js'

/** An unknown path is 404; a known path with another method is 405 with `Allow` (RFC 9110, section 15.5.6). */
export const useNotFound = (app: FastifyInstance): void => {
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const methods = new Set(
      listRoutes(app)
        .filter((route) => matchesPath(route.url, path))
        .map((route) => route.method),
    )
    if (methods.size === 0) return sendProblem(new MillraceError('NOT_FOUND'), request, reply)
    reply.header('allow', [...methods].join(', '))
    const message = `${request.method} is not allowed here`
    return sendProblem(new MillraceError('METHOD_NOT_ALLOWED', message), request, reply)
  })
}

/** `pattern` as routes are written: `:name` stands for one segment, a final `*` for the rest. */
const matchesPath = (pattern: string, path: string): boolean => {
  const expected = pattern.split('/')
  const given = path.split('/')
  for (const [i, segment] of expected.entries()) {
    if (segment === '*') return i > 1
    if (given[i] === undefined) return false
    if (segment.startsWith(':') ? given[i] === '' : segment !== given[i]) return false
  }
  return expected.length === given.length
}
