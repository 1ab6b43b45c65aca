import { saveDraftBody, workflow } from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import type { FastifyInstance } from 'fastify'
import type { WorkflowDeps } from '../context.js'
import { DEFINITION_BODY_LIMIT, workflowRef } from '../http/params.js'
import { getWorkflow } from '../workflows/repository.js'
import { saveDraft } from './repository.js'

export const registerDraftRoutes = (app: FastifyInstance, { sql }: Pick<WorkflowDeps, 'sql'>): void => {
  typed(app).put(
    '/api/v1/workflows/:workflow/draft',
    {
      config: { permission: 'workflow.write', definition: true },
      bodyLimit: DEFINITION_BODY_LIMIT,
      schema: {
        tags: ['workflows'],
        summary: 'Save a draft',
        params: workflowRef,
        body: saveDraftBody,
        response: { 200: workflow },
      },
    },
    async ({ actor, params, body }) => {
      const id = await saveDraft(sql, actor.workspaceId, params.workflow, body)
      return getWorkflow(sql, actor.workspaceId, id)
    },
  )
}
