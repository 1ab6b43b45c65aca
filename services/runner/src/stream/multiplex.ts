import { MillraceError, runId } from '@millrace/contracts'
import { type EventFeed, workspaceTopic } from '@millrace/feed'
import { eventStream, typed } from '@millrace/http-api'
import type { RunReads } from '@millrace/run-store'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { RunRef } from './channel.js'
import type { SseConnection } from './connection.js'
import type { Batch } from './frame.js'
import { parseSeq } from './position.js'
import type { StreamRoutesDeps } from './routes.js'
import { RunListChanges } from './run-list-changes.js'

export interface MultiplexDeps extends StreamRoutesDeps {
  readonly feed: Pick<EventFeed, 'subscribe'>
  readonly store: Pick<RunReads, 'getRun'>
}

const MAX_RUNS = 50
const query = z.object({
  /** `id` or `id:after`, separated by commas; without `after` a run is replayed from its first event. */
  runs: z
    .string()
    .max(MAX_RUNS * 48)
    .optional(),
  /** `false` leaves the run list out; the stream then ends with the last of the chosen runs. */
  changes: z.enum(['true', 'false']).default('true'),
})

interface Chosen extends RunRef {
  readonly after: number
}

/**
 * GET /api/v1/stream: run-list changes of the workspace (`run`: runId, status, lastSeq) and the events of chosen
 * runs (`event`: runId, event) on one connection, since browsers allow six per host. Run-list changes are live only:
 * after a reconnect the client reads the list again. A refusal that is about one run names it as `runId`.
 */
export const registerMultiplexedStream = (app: FastifyInstance, deps: MultiplexDeps): void => {
  typed(app).get(
    '/api/v1/stream',
    {
      config: { permission: 'run.read', eventStream: true },
      schema: {
        tags: ['runs'],
        summary: 'Follow the run list and chosen runs',
        querystring: query,
        response: { 200: eventStream },
      },
    },
    async (request, reply) => {
      const { workspaceId } = request.actor
      const chosen = await findChosen(deps, workspaceId, request.query.runs)
      const connection = deps.connections.open(reply)
      try {
        await Promise.all([
          ...(request.query.changes === 'true' ? [sendRunList(deps, workspaceId, connection)] : []),
          ...chosen.map((run) => sendRun(deps, run, connection)),
        ])
        connection.end()
      } catch (error) {
        deps.onError(error, 'streaming a workspace')
        connection.abort()
      }
    },
  )
}

/** @throws INVALID_REQUEST, NOT_FOUND */
const findChosen = async (
  deps: MultiplexDeps,
  workspaceId: string,
  list: string | undefined,
): Promise<readonly Chosen[]> => {
  const entries = (list ?? '').split(',').filter((entry) => entry !== '')
  if (entries.length > MAX_RUNS) throw new MillraceError('INVALID_REQUEST', `Choose at most ${MAX_RUNS} runs`)
  return await Promise.all(
    entries.map(async (entry) => {
      const [id, after = '0'] = entry.split(':')
      const parsed = runId.safeParse(id)
      if (!parsed.success) throw new MillraceError('INVALID_REQUEST', 'runs must hold run ids')
      const run = await deps.store.getRun(workspaceId, parsed.data)
      if (run === null)
        throw new MillraceError('NOT_FOUND', 'There is no such run', { details: { runId: parsed.data } })
      return { workspaceId, runId: parsed.data, after: parseSeq(after, 'after') }
    }),
  )
}

/** Lives as long as the connection; what comes while the client is behind is dropped but for each run's latest. */
const sendRunList = async (
  deps: MultiplexDeps,
  workspaceId: string,
  connection: SseConnection,
): Promise<void> => {
  const changes = new RunListChanges()
  const unsubscribe = await deps.feed.subscribe(workspaceTopic(workspaceId), (payload) =>
    changes.add(payload),
  )
  try {
    while (!connection.signal.aborted) {
      await changes.ready(connection.signal)
      await connection.send(changes.take())
    }
  } finally {
    unsubscribe()
  }
}

const sendRun = (deps: MultiplexDeps, run: Chosen, connection: SseConnection): Promise<void> =>
  new Promise((resolve, reject) => {
    const leave = deps.hub.follow(run, run.after, {
      take: (batch) => connection.send(eventMessages(run.runId, batch)),
      end: (error) => (error === undefined ? resolve() : reject(error)),
    })
    if (connection.signal.aborted) leave()
    else connection.signal.addEventListener('abort', leave)
  })

const eventMessages = (id: string, batch: Batch): string =>
  batch.frames.map((frame) => `event: event\ndata: {"runId":"${id}","event":${frame.json}}\n\n`).join('')
