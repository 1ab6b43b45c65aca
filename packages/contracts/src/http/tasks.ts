import { z } from 'zod'
import { json } from '../json/value.js'

/** Tasks of `task.external`, pulled by programs outside. Times in milliseconds. */

const leaseMs = z.int().min(1_000).max(3_600_000).default(60_000)

export const leaseTasksBody = z.strictObject({
  queue: z.string().min(1).max(200),
  max: z.int().min(1).max(100).default(1),
  /** A task that is neither done nor renewed within this time is offered again. */
  leaseMs,
  /** While there is no task, the answer waits so long for one to come. 0: not at all. */
  waitMs: z.int().min(0).max(30_000).default(0),
})
export type LeaseTasksBody = z.input<typeof leaseTasksBody>

export const task = z.object({
  id: z.string(),
  /** Proof of the lease: a later lease of the same task makes it worthless. */
  token: z.string(),
  runId: z.string(),
  path: z.string(),
  attempt: z.int(),
  /** The same for every try of this step: repeat nothing outside that was done under it. */
  idempotencyKey: z.string(),
  input: json,
  leaseUntil: z.iso.datetime(),
})
export type Task = z.infer<typeof task>

const held = { token: z.uuid() }

export const heartbeatBody = z.strictObject({ ...held, leaseMs })
export const completeTaskBody = z.strictObject({ ...held, output: json.optional() })
export const failTaskBody = z.strictObject({
  ...held,
  message: z.string().min(1).max(4_000),
  /** Whether the step may try again, by its policy. */
  retryable: z.boolean().default(true),
  details: json.optional(),
})
export type FailTaskBody = z.input<typeof failTaskBody>

export const leaseTasksAnswer = z.object({ items: z.array(task) })
export const heartbeatAnswer = z.object({ leaseUntil: z.iso.datetime() })
export const taskDoneAnswer = z.object({ id: z.string(), runId: z.string() })
