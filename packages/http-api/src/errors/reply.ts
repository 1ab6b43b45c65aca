import { type MillraceError, stringifyJson, toProblem } from '@millrace/contracts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { toMillraceError } from './to-millrace-error.js'

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** Answers with an RFC 9457 problem document. */
export const sendProblem = (error: MillraceError, request: FastifyRequest, reply: FastifyReply) => {
  if (error.extras.retryAfterMs !== undefined)
    reply.header('retry-after', Math.max(1, Math.ceil(error.extras.retryAfterMs / 1000)))
  if (error.status === 401) reply.header('www-authenticate', 'Bearer')
  return (
    reply
      .status(error.status)
      .type(PROBLEM_TYPE)
      // Not by the route's response schema, which describes its successes.
      .serializer((problem: unknown) => stringifyJson(problem))
      .send(toProblem(error, request.id))
  )
}

export const useProblemErrors = (app: FastifyInstance): void => {
  app.setErrorHandler((thrown, request, reply) => {
    const error = toMillraceError(thrown)
    // The log has what the answer must not tell.
    if (error.status >= 500) request.log.error({ err: thrown, requestId: request.id }, error.message)
    return sendProblem(error, request, reply)
  })
}
