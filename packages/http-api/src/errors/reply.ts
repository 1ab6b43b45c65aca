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
    return mayComeBack(error, request) ? sendComeBack(error, reply) : sendProblem(error, request, reply)
  })
}

/** Milliseconds. */
const COME_BACK_AFTER = 2_000

/**
 * A browser's EventSource gives up for good on anything but a stream. While a stream cannot be read because a server is away,
 * its viewer gets an empty one, which says when to come back; `deploy/nginx.conf` does alike while no process can be reached.
 */
const mayComeBack = ({ code }: MillraceError, { method, headers, routeOptions }: FastifyRequest): boolean =>
  code === 'UNAVAILABLE' &&
  method === 'GET' &&
  routeOptions.config.eventStream === true &&
  /\btext\/event-stream\b/.test(headers.accept ?? '')

const sendComeBack = ({ code, extras }: MillraceError, reply: FastifyReply) =>
  reply
    .status(200)
    .type('text/event-stream; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .serializer((text: unknown) => String(text))
    .send(`retry: ${extras.retryAfterMs ?? COME_BACK_AFTER}\n: ${code}\n\n`)
