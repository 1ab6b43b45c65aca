import { nodeTypeDescriptor } from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import { describeNodeTypes } from '@millrace/nodes'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const answer = z.object({ items: z.array(nodeTypeDescriptor), nextCursor: z.null() })

export const registerNodeTypeRoutes = (app: FastifyInstance): void => {
  const types = { items: describeNodeTypes(), nextCursor: null }
  typed(app).get(
    '/api/v1/node-types',
    {
      config: { permission: 'workflow.read' },
      schema: {
        tags: ['node types'],
        summary: 'List node types with the schemas of their forms',
        response: { 200: answer },
      },
    },
    async () => types,
  )
}
