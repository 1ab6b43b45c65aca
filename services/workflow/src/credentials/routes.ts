import {
  createCredentialBody,
  credentialSummary,
  MillraceError,
  page,
  testCredentialAnswer,
  testCredentialBody,
  testNewCredentialBody,
} from '@millrace/contracts'
import { nothing, typed } from '@millrace/http-api'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { WorkflowDeps } from '../context.js'
import { createCredentialTester } from './try-credential.js'

const write = { permission: 'credential.write' } as const
const tags = ['credentials']
const oneCredential = z.object({ id: z.uuid() })
const noSuchCredential = (id: string) => new MillraceError('NOT_FOUND', `There is no credential ${id}`)

/** Values go in and never come out (I8). */
export const registerCredentialRoutes = (
  app: FastifyInstance,
  { credentials, allowPrivate }: Pick<WorkflowDeps, 'credentials' | 'allowPrivate'>,
): void => {
  const routes = typed(app)
  const tester = createCredentialTester(allowPrivate)
  app.addHook('onClose', () => tester.close())

  routes.get(
    '/api/v1/credentials',
    {
      config: { permission: 'credential.read' },
      schema: {
        tags,
        summary: 'List credentials, without their values',
        response: { 200: page(credentialSummary) },
      },
    },
    async ({ actor }) => ({ items: await credentials.list(actor.workspaceId), nextCursor: null }),
  )

  routes.post(
    '/api/v1/credentials',
    {
      config: write,
      schema: {
        tags,
        summary: 'Store a credential',
        body: createCredentialBody,
        response: { 201: credentialSummary },
      },
    },
    async ({ actor, body }, reply) =>
      reply.status(201).send(await credentials.create(actor, body.name, body.credential)),
  )

  routes.delete(
    '/api/v1/credentials/:id',
    {
      config: write,
      schema: { tags, summary: 'Remove a credential', params: oneCredential, response: { 204: nothing } },
    },
    async ({ actor, params }, reply) => {
      const removed = await credentials.remove(actor.workspaceId, params.id)
      if (!removed) throw noSuchCredential(params.id)
      return reply.status(204).send(undefined)
    },
  )

  routes.post(
    '/api/v1/credentials/test',
    {
      config: write,
      schema: {
        tags,
        summary: 'Try a credential before it is stored',
        body: testNewCredentialBody,
        response: { 200: testCredentialAnswer },
      },
    },
    ({ body: { credential, ...target } }) => tester.test(credential, target),
  )

  routes.post(
    '/api/v1/credentials/:id/test',
    {
      config: write,
      schema: {
        tags,
        summary: 'Try a credential as a step would use it',
        params: oneCredential,
        body: testCredentialBody,
        response: { 200: testCredentialAnswer },
      },
    },
    async ({ actor, params, body }) => {
      const credential = await credentials.open(actor.workspaceId, params.id)
      if (credential === undefined) throw noSuchCredential(params.id)
      return await tester.test(credential, body)
    },
  )
}
