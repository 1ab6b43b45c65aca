import { createWorkflowBody, page, storableText, workflow, workflowListItem } from '@millrace/contracts'
import { nothing, typed } from '@millrace/http-api'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { WorkflowDeps } from '../context.js'
import { createDraft } from '../drafts/repository.js'
import { decodeCursor, textPosition, toPage } from '../http/cursor.js'
import { DEFINITION_BODY_LIMIT, workflowRef } from '../http/params.js'
import { archiveWorkflow, getWorkflow, listWorkflows } from './repository.js'

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

  routes.delete(
    '/api/v1/workflows/:workflow',
    {
      config: write,
      schema: {
        tags,
        summary: 'Archive a workflow',
        params: workflowRef,
        description: 'Its runs stay, no new ones start.',
        response: { 204: nothing },
      },
    },
    async ({ actor, params }, reply) => {
      await archiveWorkflow(sql, actor.workspaceId, params.workflow)
      return reply.status(204).send(undefined)
    },
  )
}
