import { page, publishBody, version, versionWithDefinition, webhookAddress } from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { WorkflowDeps } from '../context.js'
import { decodeCursor, numberPosition, toPage } from '../http/cursor.js'
import { versionRef, workflowRef } from '../http/params.js'
import { publish } from './publish.js'
import { getVersion, listVersions } from './repository.js'
import { listWebhooks } from './webhooks.js'

const listQuery = z.strictObject({
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

const read = { permission: 'workflow.read' } as const
const tags = ['versions']

export const registerVersionRoutes = (
  app: FastifyInstance,
  { sql, publicUrl }: Pick<WorkflowDeps, 'sql' | 'publicUrl'>,
): void => {
  const routes = typed(app)

  routes.post(
    '/api/v1/workflows/:workflow/publish',
    {
      config: { permission: 'workflow.publish' },
      schema: {
        tags,
        summary: 'Publish the draft as a version',
        description: '201 with the new version, or 200 with the present one when the draft changes nothing.',
        params: workflowRef,
        body: publishBody,
        response: { 200: version, 201: version },
      },
    },
    async ({ actor, params, body }, reply) => {
      const result = await publish(sql, actor, params.workflow, body.message)
      return reply.status(result.created ? 201 : 200).send(result.version)
    },
  )

  routes.get(
    '/api/v1/workflows/:workflow/versions',
    {
      config: read,
      schema: {
        tags,
        summary: 'List versions, the newest first',
        params: workflowRef,
        querystring: listQuery,
        response: { 200: page(version) },
      },
    },
    async ({ actor, params, query: { cursor, limit } }) => {
      const before = cursor === undefined ? undefined : decodeCursor(cursor, numberPosition)
      const rows = await listVersions(sql, actor.workspaceId, params.workflow, { before, limit })
      return toPage(rows, limit, (row) => row.number)
    },
  )

  routes.get(
    '/api/v1/workflows/:workflow/versions/:number',
    {
      config: read,
      schema: {
        tags,
        summary: 'Read a version with its definition',
        params: versionRef,
        response: { 200: versionWithDefinition },
      },
    },
    async ({ actor, params }) => getVersion(sql, actor.workspaceId, params.workflow, params.number),
  )

  routes.get(
    '/api/v1/webhooks',
    {
      config: read,
      schema: {
        tags,
        summary: 'List the addresses of published webhooks',
        description: 'Each is called at `/hooks/<workspace>/<path>`, with the method that its trigger names.',
        response: { 200: z.object({ items: z.array(webhookAddress) }) },
      },
    },
    async ({ actor }) => ({ items: await listWebhooks(sql, actor.workspaceId, { publicUrl }) }),
  )
}
