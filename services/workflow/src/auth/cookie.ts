import type { FastifyReply, FastifyRequest } from 'fastify'

const NAME = 'millrace_refresh'
/** Seconds: as long as a refresh token lives. */
const MAX_AGE = 30 * 24 * 3_600

/** Out of the reach of scripts, and sent only to the routes that need it. */
const attributes = (publicUrl: string) => ({
  path: '/api/v1/auth',
  httpOnly: true,
  sameSite: 'strict' as const,
  secure: publicUrl.startsWith('https:'),
})

export const setRefreshCookie = (reply: FastifyReply, publicUrl: string, token: string) =>
  reply.setCookie(NAME, token, { ...attributes(publicUrl), maxAge: MAX_AGE })

export const clearRefreshCookie = (reply: FastifyReply, publicUrl: string) =>
  reply.clearCookie(NAME, attributes(publicUrl))

export const refreshTokenOf = (request: FastifyRequest): string | undefined => request.cookies[NAME]
