import { MillraceError, runId } from '@millrace/contracts'
import { eventStream, nothing, typed } from '@millrace/http-api'
import type { RunReads } from '@millrace/run-store'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { SseConnections } from './connections.js'
import type { RunHub } from './hub.js'
import { resumeAfter } from './position.js'

export interface StreamRoutesDeps {
  readonly store: Pick<RunReads, 'getRun'>
  readonly hub: RunHub
  readonly connections: SseConnections
  readonly onError: (error: unknown, what: string) => void
}

const params = z.object({ id: runId })
const query = z.object({ after: z.string().max(16).optional() })
const headers = z.looseObject({ 'last-event-id': z.string().max(16).optional() })

/** GET /api/v1/runs/:id/events: a run's events, replayed and then live (design.md, section 8). */
export const registerRunStream = (app: FastifyInstance, deps: StreamRoutesDeps): void => {
  typed(app).get(
    '/api/v1/runs/:id/events',
    {
      config: { permission: 'run.read', eventStream: true },
      schema: {
        tags: ['runs'],
        summary: 'Follow a run as server-sent events',
        description: 'Each event has its `seq` as id. Reconnect with `Last-Event-ID` to go on without loss.',
        params,
        querystring: query,
        headers,
        response: { 200: eventStream, 204: nothing },
      },
    },
    async (request, reply) => {
      const run = { workspaceId: request.actor.workspaceId, runId: request.params.id }
      const after = resumeAfter(request.headers['last-event-id'], request.query.after)
      const found = await deps.store.getRun(run.workspaceId, run.runId)
      if (found === null) throw new MillraceError('NOT_FOUND', 'There is no such run')
      if (after > found.lastSeq)
        throw new MillraceError('INVALID_REQUEST', `The run has no event ${after} yet`)
      // 204 tells a browser's EventSource not to come back.
      if (found.finishedAt !== null && after === found.lastSeq) return await reply.status(204).send(undefined)
      const connection = deps.connections.open(reply)
      const leave = deps.hub.follow(run, after, {
        take: (batch) => connection.write(batch.bytes),
        end(error) {
          if (error === undefined) return connection.end()
          deps.onError(error, 'streaming a run')
          connection.abort()
        },
      })
      if (connection.signal.aborted) leave()
      else connection.signal.addEventListener('abort', leave)
    },
  )
}
