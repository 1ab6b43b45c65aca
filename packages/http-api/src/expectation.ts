import type { IncomingMessage, ServerResponse } from 'node:http'
import { MillraceError, toProblem } from '@millrace/contracts'
import type { FastifyInstance } from 'fastify'

/**
 * Node answers `Expect: 100-continue` itself; for anything else it would send an empty 417, past every hook.
 * RFC 9110, section 10.1.1.
 */
export const useExpectations = (app: FastifyInstance): void => {
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const error = new MillraceError('EXPECTATION_FAILED')
    const body = JSON.stringify(toProblem(error))
    response
      .writeHead(error.status, {
        'content-type': 'application/problem+json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        connection: 'close',
      })
      .end(body)
  })
}
