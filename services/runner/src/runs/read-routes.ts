import { MillraceError, run, runDefinitionAnswer, step, storableText } from '@millrace/contracts'
import { anyJson, typed } from '@millrace/http-api'
import type { RunReads } from '@millrace/run-store'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { noSuchRun, runParams } from './params.js'

const tags = ['runs']
const config = { permission: 'run.read' } as const

/** Read one run, its steps and its large outputs. */
export const registerRunReads = (app: FastifyInstance, store: RunReads): void => {
  registerRead(app, store)
  registerDefinition(app, store)
  registerSteps(app, store)
  registerPayloads(app, store)
}

const registerRead = (app: FastifyInstance, store: RunReads): void => {
  typed(app).get(
    '/api/v1/runs/:id',
    { config, schema: { tags, summary: 'Read a run', params: runParams, response: { 200: run } } },
    async (request) => {
      const found = await store.getRun(request.actor.workspaceId, request.params.id)
      if (found === null) throw noSuchRun()
      return found
    },
  )
}

const registerDefinition = (app: FastifyInstance, store: RunReads): void => {
  typed(app).get(
    '/api/v1/runs/:id/definition',
    {
      config,
      schema: {
        tags,
        summary: 'Read what a run runs: the definition of its version, or the snapshot of a test run',
        params: runParams,
        response: { 200: runDefinitionAnswer },
      },
    },
    async (request) => {
      const definition = await store.getDefinition(request.actor.workspaceId, request.params.id)
      if (definition === null) throw noSuchRun()
      return { definition }
    },
  )
}

const registerSteps = (app: FastifyInstance, store: RunReads): void => {
  typed(app).get(
    '/api/v1/runs/:id/steps',
    {
      config,
      schema: {
        tags,
        summary: 'List the steps of a run in the order they started',
        params: runParams,
        response: { 200: z.object({ items: z.array(step) }) },
      },
    },
    async (request) => {
      const { workspaceId } = request.actor
      const items = await store.getSteps(workspaceId, request.params.id)
      // A run that has not begun has no steps either.
      if (items.length === 0 && (await store.getRun(workspaceId, request.params.id)) === null)
        throw noSuchRun()
      return { items }
    },
  )
}

const registerPayloads = (app: FastifyInstance, store: RunReads): void => {
  typed(app).get(
    '/api/v1/runs/:id/payloads/*',
    {
      config,
      schema: {
        tags,
        summary: 'Read a large output by the key of its reference',
        params: runParams.extend({ '*': storableText.min(1).max(1_000) }),
        response: { 200: anyJson },
      },
    },
    async (request, reply) => {
      const body = await store.getPayload(request.actor.workspaceId, request.params.id, request.params['*'])
      if (body === undefined) throw new MillraceError('NOT_FOUND', 'There is no such payload')
      return await reply.type('application/json; charset=utf-8').send(body)
    },
  )
}
