import { isAllowed } from '@millrace/auth'
import { importBody, MillraceError, workflow } from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import type { FastifyInstance } from 'fastify'
import type { WorkflowDeps } from '../context.js'
import { DEFINITION_BODY_LIMIT } from '../http/params.js'
import { getWorkflow } from '../workflows/repository.js'
import { importDefinition } from './import.js'

export const registerImportRoutes = (app: FastifyInstance, { sql }: Pick<WorkflowDeps, 'sql'>): void => {
  typed(app).post(
    '/api/v1/workflows/import',
    {
      config: { permission: 'workflow.write', definition: true },
      bodyLimit: DEFINITION_BODY_LIMIT,
      schema: {
        tags: ['workflows'],
        summary: 'Import a definition',
        description: 'Takes millrace/v1 and the linear form. A workflow of the same name gets a new draft.',
        body: importBody,
        response: { 200: workflow },
      },
    },
    async ({ actor, body }) => {
      if (body.publish && !isAllowed(actor.role, 'workflow.publish'))
        throw new MillraceError('FORBIDDEN', `The role ${actor.role} lacks the permission workflow.publish`)
      const id = await importDefinition(sql, actor, body.definition, body)
      return getWorkflow(sql, actor.workspaceId, id)
    },
  )
}
