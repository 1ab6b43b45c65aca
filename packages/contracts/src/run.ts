import { z } from 'zod'
import { payloadRef, reused } from './event.js'
import { json } from './json/value.js'
import { priority, runStatus, stepStatus } from './status.js'
import { stepError } from './step-error.js'
import { wait } from './wait.js'

/** Times in answers are ISO 8601 UTC with milliseconds. */
const time = z.iso.datetime()

export const runSummary = z.object({
  id: z.string(),
  workflowId: z.string(),
  workflowName: z.string(),
  /** Null in a test run: it runs a snapshot of the draft. */
  version: z.int().nullable(),
  status: runStatus,
  trigger: z.string(),
  priority,
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  lastSeq: z.int(),
  error: stepError.nullable(),
})
export type RunSummary = z.infer<typeof runSummary>

export const run = runSummary.extend({
  input: json,
  output: json.nullable(),
  idempotencyKey: z.string().nullable(),
  parentRunId: z.string().nullable(),
  originRunId: z.string().nullable(),
  /** Present while it waits for its time to begin: settings.debounce, settings.rateLimit. */
  heldUntil: time.optional(),
  /** Present while it waits for one of its workflow's places; `ahead` counts the runs that wait before it. */
  blocked: z.object({ key: z.string(), limit: z.int(), ahead: z.int() }).optional(),
})
export type Run = z.infer<typeof run>

export const step = z.object({
  path: z.string(),
  nodeId: z.string(),
  type: z.string(),
  status: stepStatus,
  attempt: z.int(),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  output: json.optional(),
  outputRef: payloadRef.optional(),
  error: stepError.nullable(),
  wait: wait.nullable(),
  /** Present when the outcome was taken over from another run, or given by a person. */
  reused: reused.optional(),
})
export type Step = z.infer<typeof step>
