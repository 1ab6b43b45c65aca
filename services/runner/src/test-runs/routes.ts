import { idempotencyKey, startRunAnswer, startTestRunBody, storableText } from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import type { RunReads } from '@millrace/run-store'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { noSuchRun } from '../runs/params.js'
import { startTestRun, type TestRunDeps } from './start.js'

/** Pinned outputs come with the request. */
const BODY_LIMIT = 16 * 1024 * 1024

export interface TestRunRoutesDeps extends TestRunDeps {
  readonly store: TestRunDeps['store'] & Pick<RunReads, 'getRun'>
}

/** Try a draft before it is published. */
export const registerTestRuns = (app: FastifyInstance, deps: TestRunRoutesDeps): void => {
  typed(app).post(
    '/api/v1/runs/test',
    {
      config: { permission: 'run.start' },
      bodyLimit: BODY_LIMIT,
      schema: {
        tags: ['runs'],
        summary: 'Run the draft, a part of it up to one step, or one step alone',
        description:
          'A test run executes for real, on a snapshot of the stored draft. Its `version` is null, and lists leave it out unless asked for it.',
        headers: z.looseObject({ 'idempotency-key': idempotencyKey.optional() }),
        body: startTestRunBody.extend({ workflow: storableText.min(1).max(128) }),
        response: { 200: startRunAnswer, 201: startRunAnswer },
      },
    },
    async (request, reply) => {
      const { workspaceId, userId } = request.actor
      const key = request.headers['idempotency-key']
      const wanted = { workspaceId, userId, body: request.body, idempotencyKey: key }
      const { runId, replayed } = await startTestRun(deps, wanted)
      const run = await deps.store.getRun(workspaceId, runId)
      if (run === null) throw noSuchRun()
      return await reply.status(replayed ? 200 : 201).send({ run, replayed })
    },
  )
}
