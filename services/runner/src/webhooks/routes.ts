import { MillraceError } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { closedSignal } from '@millrace/http-api'
import type { NewRun } from '@millrace/run-store'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Listener, Listeners } from '../published/listeners.js'
import { requestHash } from '../runs/request-hash.js'
import { type AcceptDeps, acceptRun } from '../runs/start.js'
import { admitHook } from './admit.js'
import { type AnswerDeps, awaitAnswer, type HookAnswer } from './answer.js'
import { type CallersDeps, tellCallers } from './callers.js'
import { decodedBody } from './content-coding.js'
import { type Delivery, deliveryOf } from './delivery.js'
import { describeHook, onlyDescribe } from './describe.js'
import { bodyOfGet } from './get-body.js'
import { type HookRequest, hookInput } from './input.js'
import { sendAnswer, sendLater } from './send.js'

export interface WebhookRoutesDeps extends AnswerDeps, AcceptDeps, CallersDeps {
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
    onlyDescribe(scope)
    for (const method of METHODS) registerMethod(scope, method, deps)
    scope.route<{ Params: HookParams }>({
      method: ['OPTIONS', 'HEAD', 'TRACE'],
      url: '/hooks/:workspace/*',
      config: { permission: 'webhook' },
      schema: { hide: true },
      handler: (request, reply) => tellMethods(deps.listeners, request, reply),
    })
    // The workspace was left out, which is easily done: the error says what the address looks like.
    scope.route({
      method: [...METHODS, 'OPTIONS', 'HEAD'],
      url: '/hooks/:workspace',
      config: { permission: 'webhook' },
      schema: { hide: true },
      handler: () => {
        throw new MillraceError('WEBHOOK_NOT_FOUND', 'The path of a webhook begins with its workspace')
      },
    })
  })
}

const registerMethod = (scope: FastifyInstance, method: string, deps: WebhookRoutesDeps): void => {
  scope.route<{ Params: HookParams; Body: Buffer | undefined; Querystring: Record<string, unknown> }>({
    method,
    url: '/hooks/:workspace/*',
    // Who only looks starts nothing: see below.
    exposeHeadRoute: false,
    config: { permission: 'webhook' },
    schema: describeHook(method),
    handler: async (request, reply) => {
      const { workspace, '*': path } = request.params
      const listener = await deps.listeners.find(workspace, request.method, path)
      if (listener === undefined) throw new MillraceError('WEBHOOK_NOT_FOUND')
      const limit = request.routeOptions.bodyLimit
      const sent = method === 'GET' ? await bodyOfGet(request.raw, limit) : request.body
      const hook = toHook(request, path, sent)
      admitHook(listener, hook, request.ip)
      const body = await decodedBody(hook, limit)
      const accept = (id: string) => acceptDelivery(deps, listener, hook, body, id)
      if (listener.route.respond === 'immediately') return await sendLater(reply, await accept(uuidv7()))
      const { runId, answer } = await acceptAndAwait(deps, listener, accept, closedSignal(reply))
      return await sendAnswer(reply, runId, answer)
    },
  })
}

/** RFC 9110, section 9.3.7: what may be asked of this very path. @throws WEBHOOK_NOT_FOUND, METHOD_NOT_ALLOWED */
const tellMethods = async (
  listeners: Listeners,
  request: FastifyRequest<{ Params: HookParams }>,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const methods = await listeners.methodsOf(request.params.workspace, request.params['*'])
  if (methods.length === 0) throw new MillraceError('WEBHOOK_NOT_FOUND')
  reply.header('allow', [...methods, 'OPTIONS'].join(', '))
  if (request.method === 'OPTIONS') return reply.status(204).send()
  throw new MillraceError('METHOD_NOT_ALLOWED', `${request.method} starts no run`)
}

const toHook = (
  request: FastifyRequest<{ Body: Buffer | undefined; Querystring: Record<string, unknown> }>,
  path: string,
  body: Buffer | undefined,
): HookRequest => ({
  method: request.method,
  path,
  search: request.url.split('?').slice(1).join('?'),
  headers: request.headers,
  query: request.query,
  // Where none came, something else may stand for it.
  body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
})

/** Listens before the run is there: what happens to it at once is then heard, and nothing has to be read. */
const acceptAndAwait = async (
  deps: WebhookRoutesDeps,
  { workspaceId, version }: Listener,
  accept: (id: string) => Promise<string>,
  signal: AbortSignal,
): Promise<{ runId: string; answer: HookAnswer }> => {
  const id = uuidv7()
  const expected = deps.hub.expect({ workspaceId, runId: id })
  try {
    const runId = await accept(id)
    expected.arrived()
    const run = { workspaceId, runId }
    const responds = version.respondNodes.size > 0
    if (responds && runId !== id) tellCallers(deps, run, 1)
    const answer = await awaitAnswer(deps, run, version, signal)
    // Gone, or sent away: what the run answers from here on reaches nobody.
    if (responds && answer.kind === 'later') tellCallers(deps, run, -1)
    return { runId, answer }
  } finally {
    expected.leave()
  }
}

/** The id of the run that this delivery starts under `id`, or has started before. @throws IDEMPOTENCY_KEY_REUSED */
const acceptDelivery = async (
  deps: WebhookRoutesDeps,
  listener: Listener,
  hook: HookRequest,
  body: Uint8Array,
  id: string,
): Promise<string> => {
  const delivery = deliveryOf(hook, listener)
  try {
    const run = await hookRun(listener, hook, body, delivery, id)
    return (await acceptRun(deps, listener.version, run)).runId
  } catch (error) {
    const runId = error instanceof MillraceError ? error.extras.details?.['runId'] : undefined
    if (delivery?.idWins && isReused(error) && typeof runId === 'string') return runId
    throw error
  }
}

const isReused = (error: unknown): boolean =>
  error instanceof MillraceError && error.code === 'IDEMPOTENCY_KEY_REUSED'

const hookRun = async (
  listener: Listener,
  hook: HookRequest,
  body: Uint8Array,
  delivery: Delivery | null,
  id: string,
): Promise<NewRun> => {
  const input = await hookInput(hook, listener.route.auth, body)
  return {
    id,
    workspaceId: listener.workspaceId,
    workflowId: listener.workflowId,
    versionId: listener.version.id,
    trigger: listener.nodeId,
    input,
    priority: listener.version.priority,
    idempotencyKey: delivery?.key ?? null,
    // By meaning. Headers change between two tries of a delivery (dates, traces); what it says does not.
    requestHash: delivery === null ? null : requestHash([input.method, input.query, input.body]),
  }
}
