import {
  bulkOperation,
  bulkPreview,
  MillraceError,
  page,
  previewBulkBody,
  startBulkBody,
} from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { typed } from '@millrace/http-api'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { findWorkflowOfRuns } from '../published/workflows.js'
import type { BulkLoop } from './bulk-loop.js'
import { abort, confirm, propose, readOperations } from './repository.js'

export interface BulkRoutesDeps {
  readonly sql: Sql
  readonly loop: Pick<BulkLoop, 'kick'>
}

/** Runs one operation may act on. */
const MAX_MEMBERS = 100_000
const LISTED = 50

const tags = ['runs']
const operate = { permission: 'run.operate' } as const
const read = { permission: 'run.read' } as const
const bulkParams = z.object({ id: z.uuid() })
const noSuchOperation = () => new MillraceError('NOT_FOUND', 'There is no such bulk operation')

/** Count, start, follow and abort actions on many runs. */
export const registerBulk = (app: FastifyInstance, deps: BulkRoutesDeps): void => {
  registerPreview(app, deps)
  registerStart(app, deps)
  registerReads(app, deps)
  registerAbort(app, deps)
}

const registerPreview = (app: FastifyInstance, { sql }: BulkRoutesDeps): void => {
  const summary = 'Count the runs an action would fall on, and get the token that starts it'
  typed(app).post(
    '/api/v1/runs/bulk/preview',
    { config: operate, schema: { tags, summary, body: previewBulkBody, response: { 200: bulkPreview } } },
    async (request) => {
      const { workspaceId } = request.actor
      const { action, filter, ...options } = request.body
      const { workflow, ...rest } = filter
      const workflowId =
        workflow === undefined ? undefined : await findWorkflowOfRuns(sql, workspaceId, workflow)
      if (workflowId === null) throw new MillraceError('NOT_FOUND', 'There is no such workflow')
      const { id, count, expiresAt } = await propose(sql, {
        workspaceId,
        action,
        filter: { ...rest, workflowId },
        options,
        limit: MAX_MEMBERS,
      })
      if (count > MAX_MEMBERS) throw new MillraceError('BULK_TOO_LARGE')
      return { token: id, action, count, expiresAt }
    },
  )
}

const registerStart = (app: FastifyInstance, { sql, loop }: BulkRoutesDeps): void => {
  const summary = 'Start what was counted'
  typed(app).post(
    '/api/v1/runs/bulk',
    { config: operate, schema: { tags, summary, body: startBulkBody, response: { 202: bulkOperation } } },
    async (request, reply) => {
      const { workspaceId } = request.actor
      const id = request.body.token
      if (!(await confirm(sql, workspaceId, id))) throw new MillraceError('BULK_NOT_OPEN')
      loop.kick()
      const [operation] = await readOperations(sql, workspaceId, { id, limit: 1 })
      if (operation === undefined) throw noSuchOperation()
      return await reply.status(202).send(operation)
    },
  )
}

const registerReads = (app: FastifyInstance, { sql }: BulkRoutesDeps): void => {
  typed(app).get(
    '/api/v1/bulk',
    {
      config: read,
      schema: {
        tags,
        summary: 'List bulk operations, the newest first',
        response: { 200: page(bulkOperation) },
      },
    },
    async (request) => ({
      items: await readOperations(sql, request.actor.workspaceId, { limit: LISTED }),
      nextCursor: null,
    }),
  )
  typed(app).get(
    '/api/v1/bulk/:id',
    {
      config: read,
      schema: {
        tags,
        summary: 'Follow a bulk operation',
        params: bulkParams,
        response: { 200: bulkOperation },
      },
    },
    async (request) => {
      const { id } = request.params
      const [operation] = await readOperations(sql, request.actor.workspaceId, { id, limit: 1 })
      if (operation === undefined) throw noSuchOperation()
      return operation
    },
  )
}

const registerAbort = (app: FastifyInstance, { sql }: BulkRoutesDeps): void => {
  const summary = 'Stop a bulk operation; what it has done stays done'
  typed(app).post(
    '/api/v1/bulk/:id/abort',
    {
      config: operate,
      schema: {
        tags,
        summary,
        params: bulkParams,
        body: z.strictObject({}),
        response: { 200: bulkOperation },
      },
    },
    async (request) => {
      const { workspaceId } = request.actor
      const { id } = request.params
      const aborted = await abort(sql, workspaceId, id)
      const [operation] = await readOperations(sql, workspaceId, { id, limit: 1 })
      if (operation === undefined) throw noSuchOperation()
      if (!aborted) throw new MillraceError('BULK_NOT_OPEN', `The operation is ${operation.status}`)
      return operation
    },
  )
}
