import { z } from 'zod'
import { payloadRef } from './event.js'
import { json } from './json/value.js'

/** One step's outcome that a new run takes over instead of executing it. */
export const seedStep = z.union([
  /** As it came out in that run. `taken` names the edges it takes here; they are worked out when left out. */
  z.strictObject({ runId: z.string(), taken: z.array(z.int()).optional() }),
  /** As a person gave it. */
  z.strictObject({ output: json, ports: z.array(z.string()).optional() }),
  z.strictObject({ outputRef: payloadRef, ports: z.array(z.string()).optional() }),
])
export type SeedStep = z.infer<typeof seedStep>

/**
 * What a new run begins with, stored with it when it is accepted. A step whose path stands here is never executed
 * in the run: once it is ready, it ends with the outcome given.
 */
export const runSeed = z.strictObject({
  /** The run whose id roots idempotency keys; the new run itself where left out. */
  keyRunId: z.string().optional(),
  /** By path. */
  steps: z.record(z.string(), seedStep),
  /**
   * In a run that undoes another one: the steps that undo, in their order. Where there may be too many to list, all that
   * undo what completed before this event of that run. It runs nothing else.
   */
  undo: z.union([z.array(z.string()), z.strictObject({ before: z.int().min(1) })]).optional(),
})
export type RunSeed = z.infer<typeof runSeed>
