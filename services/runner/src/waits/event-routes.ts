import { eventId, MillraceError, publishEventAnswer, publishEventBody } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { typed } from '@millrace/http-api'
import type { NewEvent, PublishedEvent, RunIntake } from '@millrace/run-store'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Admission } from '../runs/admission.js'
import type { Enqueuer } from '../runs/enqueuer.js'
import type { Waker } from './waker.js'

export interface EventRoutesDeps {
  readonly store: Pick<RunIntake, 'publishEvent'>
  readonly waker: Waker
  readonly admission: Admission
  readonly enqueuer: Enqueuer
  readonly onAccepted: (triggerType: string, count: number) => void
}

/** Events from outside. */
export const registerEventRoutes = (app: FastifyInstance, deps: EventRoutesDeps): void => {
  typed(app).post(
    '/api/v1/events',
    {
      config: { permission: 'run.start' },
      schema: {
        tags: ['events'],
        summary: 'Publish an event',
        description:
          'Starts every workflow that listens for it, and ends every wait for this name and key. It is kept for 24 ' +
          'hours for runs that have begun by now and will wait for it later. With an `id`, or an `Idempotency-Key`, ' +
          'the same event again answers 200 and does nothing.',
        headers: z.looseObject({ 'idempotency-key': eventId.optional() }),
        body: publishEventBody,
        response: { 200: publishEventAnswer, 202: publishEventAnswer },
      },
    },
    async (request, reply) => {
      const { name, key = '', payload = null } = request.body
      const id = request.body.id ?? request.headers['idempotency-key'] ?? uuidv7()
      const { kind, woken, started } = await publish(deps, {
        workspaceId: request.actor.workspaceId,
        id,
        name,
        key,
        payload,
      })
      if (kind === 'id_reused')
        throw new MillraceError('IDEMPOTENCY_KEY_REUSED', `Another event has had the id ${id}`)
      const replayed = kind === 'replayed'
      return await reply
        .status(replayed ? 200 : 202)
        .send({ id, replayed, resumed: [...woken], started: [...started] })
    },
  )
}

/** Publishes, then rings for what follows. Where the workspace has enough in the queue, the backlog does (D19). */
const publish = async (
  { store, waker, admission, enqueuer, onAccepted }: EventRoutesDeps,
  event: Omit<NewEvent, 'backlog'>,
): Promise<PublishedEvent> => {
  const backlog = admission.isFull(event.workspaceId)
  const published = await store.publishEvent({ ...event, backlog })
  waker.wake(published.woken)
  if (published.started.length > 0) onAccepted('trigger.event', published.started.length)
  for (const runId of backlog ? [] : published.started) {
    const priority = admission.admit(event.workspaceId, 'normal')
    if (priority !== undefined) enqueuer.ring({ runId, priority })
  }
  return published
}
