import {
  type FailTaskBody,
  heartbeatAnswer,
  type Json,
  type LeaseTasksBody,
  leaseTasksAnswer,
  type Task,
  taskDoneAnswer,
} from '@millrace/contracts'
import type { Transport } from '../transport.js'

type Held = Pick<Task, 'id' | 'token'>
const at = ({ id }: Held) => `/tasks/${encodeURIComponent(id)}`

/** For programs that do the work of `task.external`. All but `lease` throw TASK_LOST once another one may have the task. */
export const createTasks = (transport: Transport) => ({
  lease: async (body: LeaseTasksBody): Promise<Task[]> =>
    (await transport.call({ method: 'POST', path: '/tasks/lease', body }, leaseTasksAnswer)).items,

  /** Keeps the task for `leaseMs` milliseconds more. */
  heartbeat: (held: Held, leaseMs?: number) =>
    transport.call(
      {
        method: 'POST',
        path: `${at(held)}/heartbeat`,
        body: { token: held.token, ...(leaseMs === undefined ? {} : { leaseMs }) },
      },
      heartbeatAnswer,
    ),

  complete: (held: Held, output: Json) =>
    transport.call(
      { method: 'POST', path: `${at(held)}/complete`, body: { token: held.token, output } },
      taskDoneAnswer,
    ),

  fail: (held: Held, failure: Omit<FailTaskBody, 'token'>) =>
    transport.call(
      { method: 'POST', path: `${at(held)}/fail`, body: { token: held.token, ...failure } },
      taskDoneAnswer,
    ),
})
