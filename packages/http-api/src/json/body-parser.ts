import { MillraceError } from '@millrace/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parseJsonBody } from './parse.js'

/**
 * JSON is the only content type; others get 415. A scope that wants other bodies (webhooks read raw bytes)
 * replaces this parser within itself.
 */
export const useJsonBodies = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      refuseCodings(request)
      return body.length === 0 ? undefined : parseJsonBody(body)
    },
  )
  // No body is an empty object: the schema then says which member is missing, or that none is needed.
  app.addHook('preValidation', async (request) => {
    if (request.body === undefined && request.routeOptions.schema?.body !== undefined) request.body = {}
  })
}

/** Packed bytes would be called malformed JSON. @throws UNSUPPORTED_CONTENT_CODING */
const refuseCodings = ({ headers }: FastifyRequest): void => {
  const coding = headers['content-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'identity')
    throw new MillraceError('UNSUPPORTED_CONTENT_CODING', 'The body of this request is taken as it is only')
}
