import { MillraceError } from '@millrace/contracts'
import type { FastifyRequest } from 'fastify'

/**
 * Refuses what a page of another origin made a browser send. `Sec-Fetch-Site` and `Origin` are set by the browser
 * and cannot be forged by a page. Throws FORBIDDEN.
 * @param required true where a cookie alone gives the right: then one of the two must be there.
 */
export const refuseCrossOrigin = (request: FastifyRequest, publicUrl: string, required: boolean): void => {
  const site = request.headers['sec-fetch-site']
  const origin = request.headers.origin
  const allowed =
    site !== undefined
      ? site === 'same-origin'
      : origin !== undefined
        ? isOwnOrigin(origin, request.host, publicUrl)
        : !required
  if (!allowed) throw new MillraceError('FORBIDDEN', 'This request comes from another origin')
}

/** A proxy may have changed the host, and then the public URL is ours. */
const isOwnOrigin = (origin: string, host: string, publicUrl: string): boolean =>
  URL.parse(origin)?.host === host || origin === URL.parse(publicUrl)?.origin
