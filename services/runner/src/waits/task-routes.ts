import {
  completeTaskBody,
  failTaskBody,
  heartbeatAnswer,
  heartbeatBody,
  leaseTasksAnswer,
  leaseTasksBody,
  MillraceError,
  taskDoneAnswer,
  type WaitResult,
} from '@millrace/contracts'
import { closedSignal, typed } from '@millrace/http-api'
import type { HeldTask, RunIntake } from '@millrace/run-store'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { TaskLine } from './task-line.js'
import type { Waker } from './waker.js'

export interface TaskRoutesDeps {
  readonly store: Pick<RunIntake, 'renewTask' | 'finishTask' | 'taskExists'>
  readonly line: Pick<TaskLine, 'lease'>
  readonly waker: Waker
}

const tags = ['tasks']
const config = { permission: 'run.operate' } as const
const params = z.object({ id: z.uuid() })

/** Work for programs outside: they take tasks, say that they are alive, and give results. */
export const registerTasks = (app: FastifyInstance, deps: TaskRoutesDeps): void => {
  registerLeases(app, deps)
  registerEnds(app, deps)
}

const registerLeases = (app: FastifyInstance, { store, line }: TaskRoutesDeps): void => {
  typed(app).post(
    '/api/v1/tasks/lease',
    {
      config,
      schema: {
        tags,
        summary: 'Take tasks of a queue, the oldest first',
        description:
          'With `waitMs` the answer waits for a task to come while there is none; who has waited longest has it. ' +
          'An empty list means that none came in time, or that this process stops: ask again.',
        body: leaseTasksBody,
        response: { 200: leaseTasksAnswer },
      },
    },
    async ({ actor, body: { waitMs, ...request } }, reply) => ({
      items: await line.lease({ workspaceId: actor.workspaceId, ...request }, waitMs, closedSignal(reply)),
    }),
  )
  typed(app).post(
    '/api/v1/tasks/:id/heartbeat',
    {
      config,
      schema: {
        tags,
        summary: 'Keep a task',
        params,
        body: heartbeatBody,
        response: { 200: heartbeatAnswer },
      },
    },
    async ({ actor, params: { id }, body }) => {
      const held = { workspaceId: actor.workspaceId, id, token: body.token }
      const leaseUntil = await store.renewTask(held, body.leaseMs)
      if (leaseUntil === null) throw await lost(store, held)
      return { leaseUntil }
    },
  )
}

const registerEnds = (app: FastifyInstance, { store, waker }: TaskRoutesDeps): void => {
  const finish = async (held: HeldTask, result: WaitResult) => {
    const runId = await store.finishTask(held, result)
    if (runId === undefined) throw await lost(store, held)
    waker.wake([runId])
    return { id: held.id, runId }
  }
  const schema = { tags, params, response: { 200: taskDoneAnswer } }
  typed(app).post(
    '/api/v1/tasks/:id/complete',
    { config, schema: { ...schema, summary: 'Give the output of a task', body: completeTaskBody } },
    async ({ actor, params: { id }, body: { token, output } }) =>
      finish(
        { workspaceId: actor.workspaceId, id, token },
        { kind: 'completed', ...(output === undefined ? {} : { output }) },
      ),
  )
  typed(app).post(
    '/api/v1/tasks/:id/fail',
    { config, schema: { ...schema, summary: 'Give up a task', body: failTaskBody } },
    async ({ actor, params: { id }, body: { token, message, retryable, details } }) =>
      finish(
        { workspaceId: actor.workspaceId, id, token },
        {
          kind: 'failed',
          error: { code: 'TASK_FAILED', message, retryable, ...(details === undefined ? {} : { details }) },
        },
      ),
  )
}

const lost = async (store: TaskRoutesDeps['store'], { workspaceId, id }: HeldTask): Promise<MillraceError> =>
  (await store.taskExists(workspaceId, id))
    ? new MillraceError('TASK_LOST')
    : new MillraceError('NOT_FOUND', 'There is no such task')
