import { z } from 'zod'

/** What a route's `response` says of answers that are no JSON document with a schema. */

/** For 204. */
export const nothing = z.null().optional().describe('Done; there is no body')

export const eventStream = {
  description: 'Server-sent events',
  content: { 'text/event-stream': { schema: z.string() } },
}

export const anyJson = {
  description: 'A JSON value of any shape',
  content: { 'application/json': { schema: z.unknown() } },
}
