import { type DefinitionProblem, MAX_PROBLEMS, MillraceError, repeatedKeys } from '@millrace/contracts'
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
      if (body.length === 0) return undefined
      const parsed = parseJsonBody(body)
      if (request.routeOptions.config.definition === true) refuseRepeatedKeys(body.toString('utf8'))
      return parsed
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

/** Pointers lead into the definition, as those of all its problems do. @throws INVALID_DEFINITION */
const refuseRepeatedKeys = (text: string): void => {
  const repeated = repeatedKeys(text).map((pointer) => pointer.replace(/^\/definition(?=\/)/, ''))
  if (repeated.length === 0) return
  const problems = repeated.slice(0, MAX_PROBLEMS).map(
    (pointer): DefinitionProblem => ({
      pointer,
      code: 'INVALID_SHAPE',
      message: 'This key stands here twice',
      hint: 'Remove one of the two: only the last one would count.',
    }),
  )
  throw new MillraceError('INVALID_DEFINITION', `${repeated[0]}: this key stands here twice`, {
    details: { problems, problemCount: repeated.length },
  })
}
