import {
  cancelBody,
  idempotencyKey,
  listRunsQuery,
  MillraceError,
  requestedAnswer,
  runId,
  runPage,
  startRunAnswer,
  startRunBody,
} from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import type { RunReads } from '@millrace/run-store'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { findWorkflowOfRuns } from '../published/workflows.js'
import type { Canceller } from './cancel.js'
import { noSuchRun, runParams } from './params.js'
import { registerRunReads } from './read-routes.js'
import { type StartDeps, startRun } from './start.js'

export interface RunRoutesDeps extends StartDeps {
  readonly store: RunReads
  readonly canceller: Canceller
}

const tags = ['runs']

/** Start, list, read and cancel runs. */
export const registerRunRoutes = (app: FastifyInstance, deps: RunRoutesDeps): void => {
  registerStart(app, deps)
  registerList(app, deps)
  registerRunReads(app, deps.store)
  registerCancel(app, deps)
}

const registerStart = (app: FastifyInstance, deps: RunRoutesDeps): void => {
  typed(app).post(
    '/api/v1/runs',
    {
      config: { permission: 'run.start' },
      schema: {
        tags,
        summary: 'Start a run',
        description: 'With an `Idempotency-Key`, the same request again answers 200 with the run it made.',
        headers: z.looseObject({ 'idempotency-key': idempotencyKey.optional() }),
        body: startRunBody,
        response: { 200: startRunAnswer, 201: startRunAnswer },
      },
    },
    async (request, reply) => {
      const { workspaceId, userId: startedBy } = request.actor
      const key = request.headers['idempotency-key']
      const started = await startRun(deps, {
        workspaceId,
        startedBy,
        body: request.body,
        idempotencyKey: key,
      })
      const found = await deps.store.getRun(workspaceId, started.runId)
      if (found === null) throw noSuchRun()
      return await reply.status(started.replayed ? 200 : 201).send({ run: found, replayed: started.replayed })
    },
  )
}

const registerList = (app: FastifyInstance, deps: RunRoutesDeps): void => {
  typed(app).get(
    '/api/v1/runs',
    {
      config: { permission: 'run.read' },
      schema: {
        tags,
        summary: 'List runs, the newest first',
        querystring: listRunsQuery,
        description:
          'A page that is not full and has a cursor has `searchedTo`: what is asked for is rare, and every run back to ' +
          'there has been looked at. Go on with the cursor.',
        response: { 200: runPage },
      },
    },
    async (request) => {
      const { workspaceId } = request.actor
      const { cursor, limit, workflow, ids, ...filter } = request.query
      const before = runId.nullable().safeParse(cursor ?? null)
      if (!before.success) throw new MillraceError('INVALID_REQUEST', 'cursor is not one this list has given')
      const workflowId =
        workflow === undefined ? undefined : await findWorkflowOfRuns(deps.sql, workspaceId, workflow)
      if (workflowId === null) return { items: [], nextCursor: null }
      const found = await deps.store.listRuns(
        workspaceId,
        { ...filter, workflowId, runIds: ids },
        before.data,
        limit,
      )
      const { items, nextCursor, searchedTo } = found
      return { items: [...items], nextCursor, ...(searchedTo === undefined ? {} : { searchedTo }) }
    },
  )
}

const registerCancel = (app: FastifyInstance, { canceller }: RunRoutesDeps): void => {
  typed(app).post(
    '/api/v1/runs/:id/cancel',
    {
      config: { permission: 'run.operate' },
      schema: {
        tags,
        summary: 'Cancel a run',
        description: 'Answers 202 at once; the run is cancelled within 2 s, wherever it is.',
        params: runParams,
        body: cancelBody,
        response: { 202: requestedAnswer },
      },
    },
    async (request, reply) => {
      const id = request.params.id
      await canceller.request({ workspaceId: request.actor.workspaceId, runId: id }, request.body.reason)
      return await reply.status(202).send({ runId: id, requested: true })
    },
  )
}
