import type { ResumeTokens } from '@millrace/auth'
import {
  type Json,
  json,
  MillraceError,
  resumeAnswer,
  resumeStepBody,
  resumeUrlAnswer,
  resumeUrlQuery,
} from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import type { RunIntake, RunReads } from '@millrace/run-store'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { noSuchRun, runParams } from '../runs/params.js'
import type { Waker } from './waker.js'

export interface ResumeRoutesDeps {
  readonly store: Pick<RunIntake, 'resumeWait'> & Pick<RunReads, 'getRun'>
  readonly resumeTokens: Pick<ResumeTokens, 'verify'>
  readonly resumeUrl: (runId: string, path: string) => string
  readonly waker: Waker
}

/** Waits for a call of a resume URL: the URL itself, and what people with the permission may do without it. */
export const registerResumeRoutes = (app: FastifyInstance, deps: ResumeRoutesDeps): void => {
  registerUrl(app, deps)
  registerForOperators(app, deps)
}

/**
 * Resume URLs. Their token is the whole of the permission: it names one step of one run, and only Millrace can have
 * made it. Not a GET: mail scanners and previews follow links.
 */
const registerUrl = (app: FastifyInstance, deps: ResumeRoutesDeps): void => {
  typed(app).post(
    '/resume/:token',
    {
      config: { permission: 'public' },
      schema: {
        tags: ['events'],
        summary: 'Resume a run that waits for a call of this URL',
        description:
          'The JSON body becomes the output of the step that waits; without a body that is `{}`. The first call counts. ' +
          'The token in the URL is the whole of the permission: no other one is asked for. A GET changes nothing, since ' +
          'previews follow links. `early` is true where the run has not come to its wait yet: it will not wait then. ' +
          'Codes of refusals: `INVALID_RESUME_TOKEN`, `WAIT_RESOLVED`, `RUN_FINISHED`.',
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

/** Who has the URL may resume the run: reading it takes the same permission as resuming. */
const registerForOperators = (app: FastifyInstance, deps: ResumeRoutesDeps): void => {
  const config = { permission: 'run.operate' } as const
  const tags = ['runs']
  // I9: the URL and its call know no workspace.
  const ensureOwn = async (workspaceId: string, runId: string): Promise<void> => {
    if ((await deps.store.getRun(workspaceId, runId)) === null) throw noSuchRun()
  }
  typed(app).get(
    '/api/v1/runs/:id/resume-url',
    {
      config,
      schema: {
        tags,
        summary: 'Read the URL that resumes a step that waits for its call',
        params: runParams,
        querystring: resumeUrlQuery,
        response: { 200: resumeUrlAnswer },
      },
    },
    async ({ actor, params, query }) => {
      await ensureOwn(actor.workspaceId, params.id)
      return { url: deps.resumeUrl(params.id, query.path) }
    },
  )
  typed(app).post(
    '/api/v1/runs/:id/resume-step',
    {
      config,
      schema: {
        tags,
        summary: 'Resume a step that waits for a call of its resume URL',
        params: runParams,
        body: resumeStepBody,
        response: { 202: resumeAnswer },
      },
    },
    async ({ actor, params, body }, reply) => {
      await ensureOwn(actor.workspaceId, params.id)
      const target = { runId: params.id, path: body.path }
      const early = await resume(deps, target, body.payload ?? null)
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
