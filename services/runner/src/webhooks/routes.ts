import { MillraceError } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import type { NewRun } from '@millrace/run-store'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Listener, Listeners } from '../published/listeners.js'
import { requestHash } from '../runs/request-hash.js'
import { acceptRun, type StartDeps } from '../runs/start.js'
import { admitHook } from './admit.js'
import { type AnswerDeps, allowedHeaders, awaitAnswer, bodyText, type HookAnswer } from './answer.js'
import { deliveryKey } from './delivery.js'
import { type HookRequest, hookInput } from './input.js'

export interface WebhookRoutesDeps
  extends AnswerDeps,
    Pick<StartDeps, 'accept' | 'places' | 'admission' | 'enqueuer' | 'onAccepted'> {
  readonly listeners: Listeners
}

interface HookParams {
  workspace: string
  '*': string
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** /hooks/:workspace/*: starts a run for each verified request to a published webhook. */
export const registerWebhooks = async (app: FastifyInstance, deps: WebhookRoutesDeps): Promise<void> => {
  await app.register(async (scope) => {
    // Signatures are over the bytes as they came; they are parsed once the request has been verified.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer' },
      async (_request: FastifyRequest, body: Buffer) => body,
    )
    scope.route<{ Params: HookParams; Body: Buffer | undefined; Querystring: Record<string, unknown> }>({
      method: METHODS,
      url: '/hooks/:workspace/*',
      config: { permission: 'webhook' },
      schema: { hide: true },
      handler: async (request, reply) => {
        const { workspace, '*': path } = request.params
        const listener = await deps.listeners.find(workspace, request.method, path)
        if (listener === undefined) throw new MillraceError('WEBHOOK_NOT_FOUND')
        const hook = toHook(request, path)
        admitHook(listener, hook, request.ip)
        const started = await acceptRun(deps, listener.version, hookRun(listener, hook))
        if (listener.route.respond === 'immediately') return await sendLater(reply, started.runId)
        const run = { workspaceId: listener.workspaceId, runId: started.runId }
        const answer = await awaitAnswer(deps, run, listener.version, closedSignal(reply))
        return await sendAnswer(reply, started.runId, answer)
      },
    })
  })
}

const toHook = (
  request: FastifyRequest<{ Body: Buffer | undefined; Querystring: Record<string, unknown> }>,
  path: string,
): HookRequest => ({
  method: request.method,
  path,
  search: request.url.split('?').slice(1).join('?'),
  headers: request.headers,
  query: request.query,
  body: request.body ?? Buffer.alloc(0),
})

const hookRun = (listener: Listener, hook: HookRequest): NewRun => {
  const idempotencyKey = deliveryKey(hook, listener)
  const input = hookInput(hook, listener.route.auth)
  return {
    id: uuidv7(),
    workspaceId: listener.workspaceId,
    workflowId: listener.workflowId,
    versionId: listener.version.id,
    trigger: listener.nodeId,
    input,
    priority: listener.version.priority,
    idempotencyKey,
    // Headers change between two tries of a delivery (dates, traces); what it says does not.
    requestHash:
      idempotencyKey === null ? null : requestHash([hook.method, hook.search, hook.body.toString('base64')]),
  }
}

/** Aborts when the caller has gone: nobody is left to wait for. */
const closedSignal = (reply: FastifyReply): AbortSignal => {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort())
  return controller.signal
}

const sendAnswer = (reply: FastifyReply, runId: string, answer: HookAnswer): FastifyReply => {
  switch (answer.kind) {
    case 'later':
      return sendLater(reply, runId)
    case 'output':
      return reply.status(200).type(JSON_TYPE).send(answer.json)
    case 'response': {
      const headers = allowedHeaders(answer.headers)
      const type = headers['content-type']
      return reply
        .status(answer.status)
        .headers({ 'content-type': JSON_TYPE, ...headers })
        .send(bodyText(answer.body, type))
    }
  }
}

const JSON_TYPE = 'application/json; charset=utf-8'

const sendLater = (reply: FastifyReply, runId: string): FastifyReply =>
  reply.status(202).send({ runId, statusUrl: `/api/v1/runs/${runId}` })
