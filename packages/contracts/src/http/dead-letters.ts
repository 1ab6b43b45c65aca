import { z } from 'zod'

/**
 * Dead letters: runs that ended because the engine could not go on, not because their workflow said so. Those with
 * the same fingerprint (code, workflow, version, step) most likely have the same cause, and are dealt with together.
 */

const time = z.iso.datetime()

export const deadLetterCode = z.enum(['POISON', 'CRASHED_STEP', 'UNSTORABLE_OUTPUT', 'INVALID_DEFINITION'])

export const fingerprint = z.string().regex(/^[0-9a-f]{32}$/, 'is not a fingerprint')

export const deadLetterGroup = z.object({
  fingerprint: z.string(),
  code: deadLetterCode,
  /** Of the latest. */
  message: z.string(),
  workflowId: z.string(),
  workflowName: z.string(),
  /** Null for test runs, which have a snapshot of the draft. */
  version: z.int().nullable(),
  /** Null where no single step is to blame. */
  step: z.string().nullable(),
  /** Those nobody has dealt with. */
  count: z.int(),
  firstAt: time,
  lastAt: time,
})
export type DeadLetterGroup = z.infer<typeof deadLetterGroup>

export const deadLetter = z.object({ runId: z.string(), message: z.string(), failedAt: time })
export type DeadLetter = z.infer<typeof deadLetter>

/** The letters are the latest 100. */
export const deadLetterDetails = deadLetterGroup.extend({ letters: z.array(deadLetter) })

export const discardBody = z.strictObject({ reason: z.string().trim().min(1).max(500) })
export const discardAnswer = z.object({ discarded: z.int() })

export const redriveBody = z.strictObject({
  /** The version of the new runs: their own, or the one published now. */
  version: z.enum(['same', 'latest']).default('latest'),
  /** Needed when completed writes would happen again. */
  confirm: z.boolean().default(false),
})
export type RedriveBody = z.input<typeof redriveBody>

export const redriveAnswer = z.object({
  /** Each made a new run, linked to it. */
  redriven: z.array(z.object({ runId: z.string(), newRunId: z.string() })),
  /** Those that could not be retried; they stay dead letters. */
  refused: z.array(z.object({ runId: z.string(), code: z.string(), message: z.string() })),
  /** Dead letters of this fingerprint that are left: one request redrives at most 100. */
  left: z.int(),
})
export type RedriveAnswer = z.infer<typeof redriveAnswer>
