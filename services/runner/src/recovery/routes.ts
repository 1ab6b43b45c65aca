import {
  idempotencyKey,
  type Json,
  requestedAnswer,
  rerunBody,
  retryAnswer,
  retryBody,
  retryPlan,
  undoBody,
} from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import type { RunReads } from '@millrace/run-store'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Messenger } from '../runs/messenger.js'
import { noSuchRun, runParams } from '../runs/params.js'
import type { StartDeps } from '../runs/start.js'
import { type LinkedRun, startLinkedRun } from './linked-run.js'
import { planRecovery, type RecoveryReads, type RetryStart, type RetryTarget } from './plan.js'
import { planUndoOf, startUndo } from './undo.js'

export interface RecoveryRoutesDeps extends Omit<StartDeps, 'sql'>, RecoveryReads {
  readonly store: RecoveryReads['store'] & Pick<RunReads, 'getRun'>
  readonly messenger: Messenger
}

const tags = ['runs']
const config = { permission: 'run.operate' } as const
const headers = z.looseObject({ 'idempotency-key': idempotencyKey.optional() })

/** Pause, resume, retry, rerun and undo runs. */
export const registerRecovery = (app: FastifyInstance, deps: RecoveryRoutesDeps): void => {
  registerControl(app, deps, 'pause', 'Let running steps end, then rest until the run is resumed')
  registerControl(app, deps, 'resume', 'Go on with a paused run')
  registerRetry(app, deps)
  registerRerun(app, deps)
  registerUndo(app, deps)
}

const registerControl = (
  app: FastifyInstance,
  { messenger }: RecoveryRoutesDeps,
  kind: 'pause' | 'resume',
  summary: string,
): void => {
  typed(app).post(
    `/api/v1/runs/:id/${kind}`,
    {
      config,
      schema: {
        tags,
        summary,
        params: runParams,
        body: z.strictObject({}),
        response: { 202: requestedAnswer },
      },
    },
    async (request, reply) => {
      const { workspaceId, email } = request.actor
      const runId = request.params.id
      await messenger.send({ workspaceId, runId }, kind === 'pause' ? { kind, by: email } : { kind })
      return await reply.status(202).send({ runId, requested: true })
    },
  )
}

const registerRetry = (app: FastifyInstance, deps: RecoveryRoutesDeps): void => {
  const schema = { tags, params: runParams, body: retryBody }
  const target = (workspaceId: string, runId: string, body: z.output<typeof retryBody>): RetryTarget => ({
    workspaceId,
    runId,
    start: body.from,
    version: body.version,
  })
  typed(app).post(
    '/api/v1/runs/:id/retry/preview',
    { config, schema: { ...schema, summary: 'Say what a retry would do', response: { 200: retryPlan } } },
    async (request) =>
      (await planRecovery(deps, target(request.actor.workspaceId, request.params.id, request.body))).plan,
  )
  typed(app).post(
    '/api/v1/runs/:id/retry',
    {
      config,
      schema: {
        ...schema,
        headers,
        summary: 'Make a new run of a finished one, keeping what completed',
        response: { 200: retryAnswer, 201: retryAnswer },
      },
    },
    async (request, reply) => {
      const wanted = target(request.actor.workspaceId, request.params.id, request.body)
      const { status, answer } = await begin(deps, wanted, {
        input: undefined,
        confirm: request.body.confirm,
        key: request.headers['idempotency-key'],
      })
      return await reply.status(status).send(answer)
    },
  )
}

const registerRerun = (app: FastifyInstance, deps: RecoveryRoutesDeps): void => {
  const schema = { tags, params: runParams, body: rerunBody }
  const target = (workspaceId: string, runId: string, body: z.output<typeof rerunBody>): RetryTarget => {
    const start: RetryStart = { step: body.from }
    return { workspaceId, runId, start, version: body.version }
  }
  typed(app).post(
    '/api/v1/runs/:id/rerun/preview',
    { config, schema: { ...schema, summary: 'Say what a rerun would do', response: { 200: retryPlan } } },
    async (request) =>
      (await planRecovery(deps, target(request.actor.workspaceId, request.params.id, request.body))).plan,
  )
  typed(app).post(
    '/api/v1/runs/:id/rerun',
    {
      config,
      schema: {
        ...schema,
        headers,
        summary: 'Make a new run of a finished one from one step on, with its input or another',
        response: { 200: retryAnswer, 201: retryAnswer },
      },
    },
    async (request, reply) => {
      const { body } = request
      const wanted = target(request.actor.workspaceId, request.params.id, body)
      const { status, answer } = await begin(deps, wanted, {
        input: body.input,
        confirm: body.confirm,
        key: request.headers['idempotency-key'],
      })
      return await reply.status(status).send(answer)
    },
  )
}

const registerUndo = (app: FastifyInstance, deps: RecoveryRoutesDeps): void => {
  const schema = { tags, params: runParams, body: undoBody }
  typed(app).post(
    '/api/v1/runs/:id/undo/preview',
    { config, schema: { ...schema, summary: 'Say what an undo would do', response: { 200: retryPlan } } },
    async (request) =>
      (await planUndoOf(deps, { workspaceId: request.actor.workspaceId, runId: request.params.id })).plan,
  )
  typed(app).post(
    '/api/v1/runs/:id/undo',
    {
      config,
      schema: {
        ...schema,
        summary: 'Make a new run that undoes what a finished one has done; asking again gives the same run',
        response: { 200: retryAnswer, 201: retryAnswer },
      },
    },
    async (request, reply) => {
      const { workspaceId } = request.actor
      const linked = await startUndo(deps, { workspaceId, runId: request.params.id })
      const { status, answer } = await answerWith(deps, workspaceId, linked)
      return await reply.status(status).send(answer)
    },
  )
}

interface BeginOptions {
  readonly input: Json | undefined
  readonly confirm: boolean
  readonly key: string | undefined
}

const begin = async (
  deps: RecoveryRoutesDeps,
  target: RetryTarget,
  { input, confirm, key }: BeginOptions,
): Promise<Answer> => {
  const linked = await startLinkedRun(deps, { ...target, input, confirm, idempotencyKey: key })
  return await answerWith(deps, target.workspaceId, linked)
}

interface Answer {
  readonly status: 200 | 201
  readonly answer: z.output<typeof retryAnswer>
}

const answerWith = async (
  deps: RecoveryRoutesDeps,
  workspaceId: string,
  { runId, replayed, plan }: LinkedRun,
): Promise<Answer> => {
  const run = await deps.store.getRun(workspaceId, runId)
  if (run === null) throw noSuchRun()
  return { status: replayed ? 200 : 201, answer: { run, replayed, plan } }
}
