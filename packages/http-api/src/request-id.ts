import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const SANE = /^[A-Za-z0-9._-]{1,128}$/

/** The caller's `x-request-id`, if it can stand in a log line and a header as it is; else a new one. */
export const requestIdOf = (request: { headers: IncomingHttpHeaders }): string => {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID()
}
