import { MillraceError, publishEventAnswer, publishEventBody } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { typed } from '@millrace/http-api'
import type { RunIntake } from '@millrace/run-store'
import type { FastifyInstance } from 'fastify'
import type { Waker } from './waker.js'

export interface EventRoutesDeps {
  readonly store: Pick<RunIntake, 'publishEvent'>
  readonly waker: Waker
}

/** Events from outside. */
export const registerEventRoutes = (app: FastifyInstance, { store, waker }: EventRoutesDeps): void => {
  typed(app).post(
    '/api/v1/events',
    {
      config: { permission: 'run.start' },
      schema: {
        tags: ['events'],
        summary: 'Publish an event',
        description:
          'Ends every wait for this name and key. It is kept for 24 hours for runs that have begun by now and will ' +
          'wait for it later. With an `id`, the same event again answers 200 and does nothing.',
        body: publishEventBody,
        response: { 200: publishEventAnswer, 202: publishEventAnswer },
      },
    },
    async (request, reply) => {
      const { name, key = '', payload = null, id = uuidv7() } = request.body
      const { workspaceId } = request.actor
      const event = { workspaceId, id, name, key, payload }
      const { kind, woken } = await store.publishEvent(event)
      if (kind === 'id_reused')
        throw new MillraceError('IDEMPOTENCY_KEY_REUSED', `Another event has had the id ${id}`)
      waker.wake(woken)
      const replayed = kind === 'replayed'
      return await reply.status(replayed ? 200 : 202).send({ id, replayed, resumed: [...woken] })
    },
  )
}
