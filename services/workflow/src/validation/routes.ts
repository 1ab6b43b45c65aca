import { MAX_PROBLEMS, validateAnswer, validateBody } from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import type { FastifyInstance } from 'fastify'
import { problemsOf, toMillraceForm } from '../definitions/convert.js'
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
      const problems = await problemsOf(toMillraceForm(body.definition))
      return {
        valid: problems.length === 0,
        problems: problems.slice(0, MAX_PROBLEMS),
        problemCount: problems.length,
      }
    },
  )
}
