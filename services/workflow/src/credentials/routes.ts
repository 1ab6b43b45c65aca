import { createCredentialBody, credentialSummary, MillraceError, page } from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { WorkflowDeps } from '../context.js'

const write = { permission: 'credential.write' } as const
const tags = ['credentials']

/** Values go in and never come out (I8). */
export const registerCredentialRoutes = (
  app: FastifyInstance,
  { credentials }: Pick<WorkflowDeps, 'credentials'>,
): void => {
  const routes = typed(app)

  routes.get(
    '/api/v1/credentials',
    {
      config: { permission: 'credential.read' },
      schema: { tags, response: { 200: page(credentialSummary) } },
    },
    async ({ actor }) => ({ items: await credentials.list(actor.workspaceId), nextCursor: null }),
  )

  routes.post(
    '/api/v1/credentials',
    { config: write, schema: { tags, body: createCredentialBody, response: { 201: credentialSummary } } },
    async ({ actor, body }, reply) =>
      reply.status(201).send(await credentials.create(actor, body.name, body.credential)),
  )

  routes.delete(
    '/api/v1/credentials/:id',
    { config: write, schema: { tags, params: z.object({ id: z.uuid() }) } },
    async ({ actor, params }, reply) => {
      const removed = await credentials.remove(actor.workspaceId, params.id)
      if (!removed) throw new MillraceError('NOT_FOUND', `There is no credential ${params.id}`)
      return reply.status(204).send()
    },
  )
}
