import { MAX_PROBLEMS, validateAnswer, validateBody } from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import { checkDefinition } from '@millrace/nodes'
import type { FastifyInstance } from 'fastify'
import { toMillraceForm } from '../definitions/convert.js'
import { DEFINITION_BODY_LIMIT } from '../http/params.js'

export const registerValidationRoutes = (app: FastifyInstance): void => {
  typed(app).post(
    '/api/v1/validate',
    {
      config: { permission: 'workflow.read', definition: true },
      bodyLimit: DEFINITION_BODY_LIMIT,
      schema: {
        tags: ['workflows'],
        summary: 'Check a definition',
        description: 'Takes both forms. Whether the credentials exist is checked when publishing.',
        body: validateBody,
        response: { 200: validateAnswer },
      },
    },
    async ({ body }) => {
      const converted = toMillraceForm(body.definition)
      const problems =
        converted.problems.length > 0
          ? converted.problems
          : (await checkDefinition(converted.definition)).problems
      return {
        valid: problems.length === 0,
        problems: problems.slice(0, MAX_PROBLEMS),
        problemCount: problems.length,
      }
    },
  )
}
