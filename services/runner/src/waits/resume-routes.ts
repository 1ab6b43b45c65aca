import type { ResumeTokens } from '@millrace/auth'
import { type Json, json, MillraceError, resumeAnswer } from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import type { RunIntake } from '@millrace/run-store'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Waker } from './waker.js'

export interface ResumeRoutesDeps {
  readonly store: Pick<RunIntake, 'resumeWait'>
  readonly resumeTokens: Pick<ResumeTokens, 'verify'>
  readonly waker: Waker
}

/**
 * Resume URLs. Their token is the whole of the permission: it names one step of one run, and only Millrace can have
 * made it. Not a GET: mail scanners and previews follow links.
 */
export const registerResumeRoutes = (app: FastifyInstance, deps: ResumeRoutesDeps): void => {
  typed(app).post(
    '/resume/:token',
    {
      config: { permission: 'public' },
      schema: {
        tags: ['events'],
        summary: 'Resume a run that waits for a call of this URL',
        description: 'The JSON body becomes the output of the step that waits. The first call counts.',
        params: z.object({ token: z.string() }),
        body: json.optional(),
        response: { 202: resumeAnswer },
      },
    },
    async (request, reply) => {
      const target = deps.resumeTokens.verify(request.params.token)
      if (target === undefined) throw new MillraceError('INVALID_RESUME_TOKEN')
      const early = await resume(deps, target, request.body ?? null)
      return await reply.status(202).send({ ...target, early })
    },
  )
}

/** True when the run has not come to this wait yet. @throws WAIT_RESOLVED, RUN_FINISHED, NOT_FOUND */
const resume = async (
  { store, waker }: ResumeRoutesDeps,
  { runId, path }: { runId: string; path: string },
  payload: Json,
): Promise<boolean> => {
  const result = await store.resumeWait(runId, path, payload)
  switch (result) {
    case 'resumed':
      waker.wake([runId])
      return false
    case 'early':
      return true
    case 'already_resolved':
      throw new MillraceError('WAIT_RESOLVED')
    case 'run_finished':
      throw new MillraceError('RUN_FINISHED')
    case 'not_found':
      throw new MillraceError('NOT_FOUND', 'There is no such run')
  }
}
