import {
  createWorkflowBody,
  page,
  runsUnderWayAnswer,
  storableText,
  workflow,
  workflowListItem,
} from '@millrace/contracts'
import { nothing, typed } from '@millrace/http-api'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { WorkflowDeps } from '../context.js'
import { createDraft } from '../drafts/repository.js'
import { decodeCursor, textPosition, toPage } from '../http/cursor.js'
import { DEFINITION_BODY_LIMIT, workflowRef } from '../http/params.js'
import { archiveWorkflow, countRunsUnderWay, getWorkflow, listWorkflows } from './repository.js'

const listQuery = z.strictObject({
  cursor: z.string().max(1_000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** Part of the name or of a node's type, in any case. */
  search: storableText.max(128).optional(),
})

const read = { permission: 'workflow.read' } as const
const write = { permission: 'workflow.write' } as const
const tags = ['workflows']

export const registerWorkflowRoutes = (app: FastifyInstance, { sql }: Pick<WorkflowDeps, 'sql'>): void => {
  const routes = typed(app)

  routes.get(
    '/api/v1/workflows',
    {
      config: read,
      schema: {
        tags,
        summary: 'List workflows',
        querystring: listQuery,
        response: { 200: page(workflowListItem) },
      },
    },
    async ({ actor, query: { cursor, limit, search } }) => {
      const after = cursor === undefined ? undefined : decodeCursor(cursor, textPosition)
      const rows = await listWorkflows(sql, actor.workspaceId, { after, search, limit })
      return toPage(rows, limit, (row) => row.name)
    },
  )

  routes.post(
    '/api/v1/workflows',
    {
      config: { ...write, definition: true },
      bodyLimit: DEFINITION_BODY_LIMIT,
      schema: { tags, summary: 'Create a workflow', body: createWorkflowBody, response: { 201: workflow } },
    },
    async ({ actor, body }, reply) => {
      const id = await createDraft(sql, actor.workspaceId, body.definition)
      return reply.status(201).send(await getWorkflow(sql, actor.workspaceId, id))
    },
  )

  routes.get(
    '/api/v1/workflows/:workflow',
    {
      config: read,
      schema: {
        tags,
        summary: 'Read a workflow with its draft',
        params: workflowRef,
        response: { 200: workflow },
      },
    },
    async ({ actor, params }) => getWorkflow(sql, actor.workspaceId, params.workflow),
  )

  routes.get(
    '/api/v1/workflows/:workflow/runs-under-way',
    {
      config: read,
      schema: {
        tags,
        summary: 'Count the runs that have not ended',
        description:
          'Worth a look before the workflow is archived: these go on to their end. Runs that wait or are paused ' +
          'count, and test runs. Of more than 10,000 it says 10,000, and `exact` is false.',
        params: workflowRef,
        response: { 200: runsUnderWayAnswer },
      },
    },
    async ({ actor, params }) => countRunsUnderWay(sql, actor.workspaceId, params.workflow),
  )

  routes.delete(
    '/api/v1/workflows/:workflow',
    {
      config: write,
      schema: {
        tags,
        summary: 'Archive a workflow',
        params: workflowRef,
        description:
          'No new run starts. Runs that are under way go on to their end, and all of them stay to be looked at: ' +
          '`runs-under-way` says beforehand how many.',
        response: { 204: nothing },
      },
    },
    async ({ actor, params }, reply) => {
      await archiveWorkflow(sql, actor.workspaceId, params.workflow)
      return reply.status(204).send(undefined)
    },
  )
}
