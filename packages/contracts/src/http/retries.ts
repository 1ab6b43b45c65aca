import { z } from 'zod'
import { json } from '../json/value.js'
import { effect } from '../node-type.js'
import { runSummary } from '../run.js'

/** Recovery of finished runs: each makes a new run, linked to the old one by `originRunId`. */

const common = {
  /** The version of the new run: that of the old one, or the one published now. */
  version: z.enum(['same', 'latest']).default('same'),
  /** Needed when writes would or may happen again: without it the answer is 409 CONFIRM_REQUIRED. */
  confirm: z.boolean().default(false),
}

export const retryBody = z.strictObject({
  /** `failed` keeps what completed and runs the rest; `start` runs everything again. */
  from: z.enum(['failed', 'start']).default('failed'),
  ...common,
})
export type RetryBody = z.input<typeof retryBody>

export const rerunBody = z.strictObject({
  /** The step that runs again, with all that comes after it; everything else is kept. */
  from: z.string().min(1).max(512),
  /** The input of the new run, which the steps that run again read as `trigger`; that of the old one when left out. */
  input: json.optional(),
  ...common,
})
export type RerunBody = z.input<typeof rerunBody>

export const undoBody = z.strictObject({})

export const plannedStep = z.object({
  path: z.string(),
  effect,
  /** True when it had completed, or may have been sent, and so happens once more. */
  repeats: z.boolean(),
})

/** What a retry, a rerun or an undo does, said before it is done. */
export const retryPlan = z.object({
  /** Null where it is a test run's snapshot of the draft. */
  version: z.int().nullable(),
  /** Paths of the steps whose outcome is taken over. */
  reused: z.array(z.string()),
  /** Those that run again, or for the first time, if the run reaches them; in topological order. */
  runs: z.array(plannedStep),
  /**
   * Paths of writes that happen again: completed ones, and those with `onCrash: "fail"` that were begun and may have
   * been sent. With any, `confirm` is needed.
   */
  repeatedWrites: z.array(z.string()),
})
export type RetryPlan = z.infer<typeof retryPlan>

export const retryAnswer = z.object({ run: runSummary, replayed: z.boolean(), plan: retryPlan })
