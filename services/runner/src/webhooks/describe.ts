import { anyJson } from '@millrace/http-api'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { z } from 'zod'

/** What the API description says of webhooks. It checks nothing: any bytes may come, once they are verified. */

const ABOUT = [
  'Each published `trigger.webhook` listens at its own path, for its own method: `workspace` is the short name of the ' +
    'workspace, `rest` the path of the trigger.',
  'No token of the API is asked for. The trigger says how callers prove themselves: not at all, by a key in a header ' +
    'or in the query, by an HMAC signature over the bytes of the body, or as GitHub signs; it may also limit the ' +
    'addresses that may call.',
  'The body becomes `trigger.body`: JSON, a form, or text by the charset of its content type; anything else is passed on ' +
    'in Base64. Two deliveries with one `X-GitHub-Delivery`, `Webhook-Id` or `Idempotency-Key` start one run.',
  'Codes of refusals: `WEBHOOK_NOT_FOUND` (404), `WEBHOOK_UNAUTHORIZED` and `WEBHOOK_NOT_CONFIGURED` (401), ' +
    '`IDEMPOTENCY_KEY_REUSED` (422), and `RUN_FAILED` with the id of the run, where the caller waits for its end.',
].join('\n\n')

const accepted = z
  .object({ runId: z.string(), statusUrl: z.string() })
  .describe('Accepted: the caller does not wait for the run, or neither an answer nor the end came in time')

const answered = {
  ...anyJson,
  description:
    'The output of the run. Where the workflow has an `http.respond`, its status, headers and body instead, of any kind',
}

const BODIES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'application/octet-stream',
]

/** For the route of one method. */
export const describeHook = (method: string): FastifySchema => ({
  tags: ['webhooks'],
  summary: 'Start a run by a webhook',
  description: ABOUT,
  params: z.object({ workspace: z.string(), '*': z.string() }),
  ...(method === 'GET' ? {} : { body: z.unknown().optional(), consumes: BODIES }),
  response: { 200: answered, 202: accepted },
})

/** Routes of this scope are described by their schemas, and not held to them: a hot path that reads raw bytes. */
export const onlyDescribe = (scope: FastifyInstance): void => {
  scope.setValidatorCompiler(() => () => true)
  scope.setSerializerCompiler(() => (data) => JSON.stringify(data))
}
