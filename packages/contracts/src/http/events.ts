import { z } from 'zod'
import { json } from '../json/value.js'

/** Ids of events that steps publish begin with `run:`: nobody else may take one. */
export const eventId = z
  .string()
  .min(1)
  .max(200)
  .regex(/^(?!run:)[^\0]+$/, 'may not begin with run:')

export const publishEventBody = z.strictObject({
  name: z.string().min(1).max(200),
  /** What it is about; only waits for the same key take it. */
  key: z.string().max(500).optional(),
  payload: json.optional(),
  /** Its id with the sender: sent again under the same id, it happens once. In want of one, the `Idempotency-Key`. */
  id: eventId.optional(),
})
export type PublishEventBody = z.input<typeof publishEventBody>

export const publishEventAnswer = z.object({
  id: z.string(),
  /** True when this event has come before: nothing happens again. */
  replayed: z.boolean(),
  /** Runs that had been waiting for it. */
  resumed: z.array(z.string()),
  /** Runs of the workflows that listen for it. */
  started: z.array(z.string()),
})
export type PublishEventAnswer = z.infer<typeof publishEventAnswer>

/** Ends a wait for a call, as the call would: for people who may operate runs. */
export const resumeStepBody = z.strictObject({
  path: z.string().min(1).max(512),
  /** Becomes the output of the step that waits. */
  payload: json.optional(),
})

export const resumeUrlQuery = z.object({ path: resumeStepBody.shape.path })

export const resumeUrlAnswer = z.object({ url: z.string() })

export const resumeAnswer = z.object({
  runId: z.string(),
  path: z.string(),
  /** True when the run has not come to this wait yet: it will not wait. */
  early: z.boolean(),
})
