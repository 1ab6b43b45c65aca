import { isAllowed } from '@millrace/auth'
import { deployAnswer, deployBody, MillraceError } from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import type { FastifyInstance } from 'fastify'
import type { WorkflowDeps } from '../context.js'
import { DEFINITION_BODY_LIMIT } from '../http/params.js'
import { listWebhooks } from '../versions/webhooks.js'
import { deployDefinition } from './deploy.js'

export const registerDeployRoutes = (
  app: FastifyInstance,
  { sql, publicUrl }: Pick<WorkflowDeps, 'sql' | 'publicUrl'>,
): void => {
  typed(app).post(
    '/api/v1/workflows/deploy',
    {
      config: { permission: 'workflow.publish', definition: true },
      bodyLimit: DEFINITION_BODY_LIMIT,
      schema: {
        tags: ['workflows'],
        summary: 'Save a definition and publish it',
        description:
          'Takes millrace/v1 and the linear form. Checks, saves and publishes, or does nothing at all. A draft with unpublished changes is refused with DRAFT_CONFLICT, unless `baseRevision` or `force` says otherwise.',
        body: deployBody,
        response: { 200: deployAnswer, 201: deployAnswer },
      },
    },
    async ({ actor, body }, reply) => {
      if (!isAllowed(actor.role, 'workflow.write'))
        throw new MillraceError('FORBIDDEN', `The role ${actor.role} lacks the permission workflow.write`)
      const { workflow, version, created } = await deployDefinition(sql, actor, body)
      const webhooks = await listWebhooks(sql, actor.workspaceId, { workflowId: workflow.id, publicUrl })
      return reply.status(created ? 201 : 200).send({ workflow, version, created, webhooks })
    },
  )
}
