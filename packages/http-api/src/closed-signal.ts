import type { FastifyReply } from 'fastify'

/** Aborts when the caller has gone, or has been answered: nobody is left to wait for. */
export const closedSignal = (reply: FastifyReply): AbortSignal => {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort())
  return controller.signal
}
