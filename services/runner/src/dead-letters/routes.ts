import {
  deadLetterDetails,
  deadLetterGroup,
  discardAnswer,
  discardBody,
  fingerprint,
  MillraceError,
  page,
  redriveAnswer,
  redriveBody,
} from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type RedriveDeps, redriveGroup } from './redrive.js'
import { discardGroup, readGroups, readLetters } from './repository.js'

const tags = ['dead letters']
const read = { permission: 'run.read' } as const
const operate = { permission: 'run.operate' } as const
const params = z.object({ fingerprint })

/** List, read, discard and redrive runs that the engine had to give up. */
export const registerDeadLetters = (app: FastifyInstance, deps: RedriveDeps): void => {
  registerReads(app, deps)
  registerDiscard(app, deps)
  registerRedrive(app, deps)
}

const registerReads = (app: FastifyInstance, { sql }: RedriveDeps): void => {
  typed(app).get(
    '/api/v1/dead-letters',
    {
      config: read,
      schema: {
        tags,
        summary: 'List dead letters by fingerprint, the latest first',
        response: { 200: page(deadLetterGroup) },
      },
    },
    async (request) => ({
      items: await readGroups(sql, request.actor.workspaceId, null),
      nextCursor: null,
    }),
  )
  typed(app).get(
    '/api/v1/dead-letters/:fingerprint',
    {
      config: read,
      schema: {
        tags,
        summary: 'Read the dead letters of one fingerprint',
        params,
        response: { 200: deadLetterDetails },
      },
    },
    async (request) => {
      const { workspaceId } = request.actor
      const [group] = await readGroups(sql, workspaceId, request.params.fingerprint)
      if (group === undefined) throw noneLeft()
      return { ...group, letters: await readLetters(sql, workspaceId, group.fingerprint) }
    },
  )
}

const registerDiscard = (app: FastifyInstance, { sql }: RedriveDeps): void => {
  const summary = 'Put the dead letters of a fingerprint aside; their runs stay as they are'
  typed(app).post(
    '/api/v1/dead-letters/:fingerprint/discard',
    {
      config: operate,
      schema: { tags, summary, params, body: discardBody, response: { 200: discardAnswer } },
    },
    async (request) => {
      const { workspaceId, email } = request.actor
      const { reason } = request.body
      const discarded = await discardGroup(sql, workspaceId, request.params.fingerprint, email, reason)
      if (discarded === 0) throw noneLeft()
      return { discarded }
    },
  )
}

const registerRedrive = (app: FastifyInstance, deps: RedriveDeps): void => {
  const summary = 'Retry the dead letters of a fingerprint, each as a new linked run'
  typed(app).post(
    '/api/v1/dead-letters/:fingerprint/redrive',
    {
      config: operate,
      schema: { tags, summary, params, body: redriveBody, response: { 200: redriveAnswer } },
    },
    async (request) => {
      const { workspaceId, email } = request.actor
      const { fingerprint } = request.params
      const answer = await redriveGroup(deps, { workspaceId, fingerprint, by: email, ...request.body })
      if (answer.redriven.length + answer.refused.length === 0) throw noneLeft()
      return answer
    },
  )
}

const noneLeft = (): MillraceError =>
  new MillraceError('NOT_FOUND', 'There are no dead letters of this fingerprint')
