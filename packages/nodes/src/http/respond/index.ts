import { z } from 'zod'
import { defineNode } from '../../define.js'
import { anyValue, headers } from '../../params/schemas.js'
import { writeAnswer } from './answer.js'

/** Those that the server sets itself, and cookies: a workflow must not sign anyone in to Millrace's origin. */
const NOT_ALLOWED: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'keep-alive',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const responseHeaders = headers.refine(
  (given) => !Object.keys(given).some((name) => NOT_ALLOWED.has(name.toLowerCase())),
  { message: `these headers cannot be set: ${[...NOT_ALLOWED].join(', ')}` },
)

export const httpRespond = defineNode({
  type: 'http.respond',
  version: 1,
  title: 'Respond',
  description: 'Answers the caller of a webhook that waits for the result. The first answer wins.',
  category: 'network',
  icon: 'arrow-back-up',
  trigger: false,
  params: z.strictObject({
    status: z.int().min(200).max(599).default(200).meta({ title: 'Status' }),
    headers: responseHeaders.default({}).meta({ title: 'Headers' }),
    body: anyValue({
      title: 'Body',
      description:
        'Sent as the content type says: text as it is, bytes as they came. Without one, bytes keep their type and anything else, text too, is JSON.',
    }).default(null),
  }),
  output: z.object({ status: z.int() }),
  ports: ['main'],
  effect: 'write',
  async execute(ctx, { status, headers, body }) {
    // Whoever sends it is another process, with nobody left to tell that it cannot be sent.
    const { content } = writeAnswer({ status, headers, body })
    if (content === undefined && body !== null)
      ctx.log('warn', `An answer of status ${status} has no body: the one given is not sent`)
    return { output: { status }, response: { status, headers, body } }
  },
})
